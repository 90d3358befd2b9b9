namespace Pipeline.Cli.Runs;

/// <summary>The databases that demos were asked to keep: an empty file beside the server's data for each.</summary>
internal static class KeptDatabases
{
    /// <summary>The file that says that a database is kept.</summary>
    public static string MarkOf(string folder, string database) => Path.Combine(folder, "kept-" + database);

    /// <summary>Remembers a database.</summary>
    public static void Mark(string folder, string database) => File.WriteAllText(MarkOf(folder, database), "");

    /// <summary>The folder whose server has the database, or null.</summary>
    /// <param name="parent">The folder of all demos.</param>
    /// <param name="database">Its name.</param>
    public static string? FolderOf(string parent, string database) =>
        Directory.Exists(parent) ? Directory.GetDirectories(parent).FirstOrDefault(folder => File.Exists(MarkOf(folder, database))) : null;
}
