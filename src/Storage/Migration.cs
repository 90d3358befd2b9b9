using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Storage;

/// <summary>One file of <c>db/migrations</c>, as it was built into this assembly.</summary>
/// <param name="Name">The file name, for example <c>0001-initial.sql</c>. Files are applied in the order of their names.</param>
/// <param name="Sql">What it does.</param>
public sealed record Migration(string Name, string Sql)
{
    /// <summary>SHA-256 of the text with line ends made equal, in hexadecimal: a checkout on another system is the same file.</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>Every file, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Read();

    private static Migration[] Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. from name in assembly.GetManifestResourceNames()
               where name.EndsWith(".sql", StringComparison.Ordinal)
               orderby name
               select new Migration(name, TextOf(assembly, name)),
        ];
    }

    private static string TextOf(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
