using System.Net.Sockets;
using Pipeline.Cli.Embedded;

namespace Pipeline.Cli.Tests;

public sealed class ChildProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Children_end_when_their_parent_has_gone()
    {
        var guardian = new Guardian();
        var child = Start(guardian, "sleep", "1000");
        // The guardian learns of a parent's death by its pipe breaking, which is what happens here.
        await guardian.DisposeAsync();
        Assert.Equal(128 + 15, await child.Ended.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_child_that_has_ended_is_not_signalled_any_more()
    {
        var guardian = new Guardian();
        var ended = Start(guardian, "true");
        Assert.Equal(0, await ended.Ended);
        await guardian.DisposeAsync();
    }

    [Fact]
    public async Task A_child_that_does_not_listen_is_killed_after_the_patience()
    {
        await using var guardian = new Guardian();
        var child = Start(guardian, "/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done");
        await Waiting.UntilAsync(() => child.LastLines().Contains("deaf", StringComparison.Ordinal), "the child to close its ears");
        await child.StopAsync(Signal.Terminate, TimeSpan.FromMilliseconds(200));
        Assert.Equal(128 + 9, await child.Ended);
    }

    [Fact]
    public async Task What_a_child_writes_is_in_its_log_file()
    {
        await using var guardian = new Guardian();
        var child = Start(guardian, "/bin/sh", "-c", "echo out; echo err >&2");
        await child.Ended;
        Assert.Equal("out\nerr", child.LastLines());
    }

    [Fact]
    public async Task A_child_has_the_number_of_the_program_itself_and_a_session_of_its_own()
    {
        await using var guardian = new Guardian();
        var child = Start(guardian, "/bin/sh", "-c", "echo $$; cut -d' ' -f6 /proc/$$/stat");
        await child.Ended;
        Assert.Equal($"{child.Id}\n{child.Id}", child.LastLines());
    }

    [Fact]
    public async Task Redis_answers_on_a_free_port_and_ends_when_asked()
    {
        await using var guardian = new Guardian();
        var redis = await EmbeddedRedis.StartAsync(folder.Path, port: 0, guardian, default);
        using (var client = new TcpClient()) await client.ConnectAsync("127.0.0.1", redis.Port);
        await redis.DisposeAsync();
        Assert.False(Signal.IsAlive(redis.ProcessId));
    }

    private ChildProcess Start(Guardian guardian, params string[] command) =>
        ChildProcess.Start("child", Path.Combine(folder.Path, "child.log"), guardian, "TERM", command);
}
