using System.Security.Cryptography;

namespace Pipeline.Cli.Services;

/// <summary>The secret that an embedded Ingestor's tokens are made with.</summary>
internal static class SharedKey
{
    /// <summary>A new random one.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>The one kept in a folder, made on first use, so that tokens stay valid from one <c>up</c> to the next. Readable by its owner only.</summary>
    public static string KeptIn(string folder)
    {
        var file = Path.Combine(folder, "signing-key");
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: >= 32 } kept) return kept;
        var key = New();
        PrivateFile.Write(file, key + "\n");
        return key;
    }
}
