using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Cli.Embedded;

namespace Pipeline.EndToEnd;

/// <summary>Redis is a cache: whatever happens to it in mid-run changes the speed and nothing else.</summary>
public sealed class RedisFaultTests(RedisFaultTests.Undisturbed undisturbed) : IClassFixture<RedisFaultTests.Undisturbed>
{
    private const int Repetitions = 20;

    // So little memory that look-ups keep going to Redis.
    private static readonly Dictionary<string, string> Forgetful = new() { ["Resolver:MemoryEntries"] = "1000", ["Resolver:WarmUpEntries"] = "0" };

    [Fact]
    public Task Stopped_for_good() => EndsTheSameAsync(redis => Task.FromResult(Signal.Send(redis.ProcessId, Signal.Kill)), once: true);

    [Fact]
    public Task Frozen_for_good() => EndsTheSameAsync(redis => Task.FromResult(Signal.Send(redis.ProcessId, Signal.Stop)), once: true);

    [Fact]
    public Task Emptied_again_and_again() => EndsTheSameAsync(redis => CommandAsync(redis, "FLUSHALL"));

    [Fact]
    public Task Two_seconds_late_again_and_again() => EndsTheSameAsync(redis => CommandAsync(redis, "CLIENT", "PAUSE", "2000"));

    [Fact]
    public Task Full_of_nonsense() => EndsTheSameAsync(redis => CommandAsync(
        redis, "EVAL", "for i, key in ipairs(redis.call('KEYS', '*')) do redis.call('SET', key, ({'', 'nonsense', '+82399031480511|strong|1|2|3|4', '{\"phone\":1}', '+972555550101|strong|0|0|' .. string.rep('0', 32)})[i % 5 + 1]) end", "0"));

    private async Task EndsTheSameAsync(Func<EmbeddedRedis, Task> faultAsync, bool once = false)
    {
        await using var run = await PipelineRun.StartAsync(Forgetful);
        await SendAsync(run, repetition => (once ? repetition == Repetitions / 4 : repetition % 2 == 1) ? faultAsync(run.Redis) : Task.CompletedTask);
        // A frozen process would not end in order.
        if (once) Signal.Send(run.Redis.ProcessId, Signal.Kill);
        await run.DrainAsync();

        var results = await run.ResultsAsync();
        foreach (var file in new[] { "messages.jsonl", "conversations.jsonl", "mappings.jsonl" }) Assert.Equal(undisturbed.Results[file], results[file]);
    }

    private static async Task SendAsync(PipelineRun run, Func<int, Task> beforeAsync)
    {
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            await beforeAsync(repetition);
            await run.SendAsync(Input(repetition));
            // The businesses of the repetition before once more: their LIDs are in Redis by now, and no longer in memory.
            await run.SendAsync(Input(Math.Max(0, repetition - 1)));
        }
    }

    private static IEnumerable<string> Input(int repetition) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "samples", "demo.jsonl")).Select(line => Lines.ForBusiness(line, business => (repetition * 100) + business));

    private static async Task CommandAsync(EmbeddedRedis redis, params string[] words)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, redis.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"*{words.Length}\r\n{string.Concat(words.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"))}"));
        var answer = new byte[256];
        var length = await stream.ReadAsync(answer);
        Assert.False(answer[0] == '-', Encoding.UTF8.GetString(answer, 0, length));
    }

    public sealed class Undisturbed : IAsyncLifetime
    {
        public IReadOnlyDictionary<string, string> Results { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await using var run = await PipelineRun.StartAsync(Forgetful);
            await SendAsync(run, _ => Task.CompletedTask);
            await run.DrainAsync();
            Results = await run.ResultsAsync();
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
