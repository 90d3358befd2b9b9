namespace Pipeline.Cli.Tests;

/// <summary>A folder of its own for a test, gone afterwards. Open to other users, because Postgres may have to run as one.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-cli-");

    public TemporaryFolder() => File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);

    public string Path => folder.FullName;

    public void Dispose() => folder.Delete(recursive: true);
}
