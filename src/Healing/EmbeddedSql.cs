namespace Pipeline.Healing;

/// <summary>The .sql files that were built into this assembly.</summary>
internal static class EmbeddedSql
{
    public static string Read(string name)
    {
        using var reader = new StreamReader(typeof(EmbeddedSql).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
