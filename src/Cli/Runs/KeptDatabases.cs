namespace Pipeline.Cli.Runs;

/// <summary>The databases that demos were asked to keep: an empty file beside the server's data for each.</summary>
internal static class KeptDatabases
{
    /// <summary>Remembers a database.</summary>
    /// <param name="folder">The folder of its server.</param>
    /// <param name="database">Its name.</param>
    public static void Keep(string folder, string database) => File.WriteAllText(MarkOf(folder, database), "");

    /// <summary>Whether a database is to stay.</summary>
    public static bool IsKept(string folder, string database) => File.Exists(MarkOf(folder, database));

    /// <summary>Every database kept, with the folder of its server.</summary>
    /// <param name="parent">The folder of all demos.</param>
    public static IReadOnlyList<(string Folder, string Database)> All(string parent) =>
        Directory.Exists(parent)
            ? [.. Directory.GetFiles(parent, MarkOf("", "*"), SearchOption.AllDirectories).Select(mark => (Path.GetDirectoryName(mark)!, Path.GetFileName(mark)[MarkOf("", "").Length..]))]
            : [];

    private static string MarkOf(string folder, string database) => Path.Combine(folder, "kept-" + database);
}
