namespace Pipeline.Cli.Tests;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_belongs_to_one_run_at_a_time()
    {
        using (RunLock.TryTake(folder.Path)) Assert.Null(RunLock.TryTake(folder.Path));
        using var again = RunLock.TryTake(folder.Path);
        Assert.NotNull(again);
    }

    [Fact]
    public void Two_runs_at_a_time_get_folders_of_their_own()
    {
        using var first = RunLock.TakeFirstFree(folder.Path);
        using var second = RunLock.TakeFirstFree(folder.Path);
        Assert.NotEqual(first.Folder, second.Folder);
    }
}
