using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Cli;
using Pipeline.Cli.Embedded;
using Pipeline.Streaming;

namespace Pipeline.Operations.Tests;

public class WritingAgainTests(OperatedServers servers) : IClassFixture<OperatedServers>
{
    [Fact]
    public async Task The_records_of_a_business_are_written_again_byte_by_byte_and_the_Resolver_is_told_to_ask_nobody()
    {
        await using var here = await WithEventsAsync("one");
        var dry = await here.RunAsync("replay --stage resolver --to-earliest --business 2");
        Assert.Equal("10 records of one.raw.v1 would be written once more.", dry.Lines[^1]);
        Assert.Equal(30, (await ReadAsync(here)).Count);

        var said = await here.RunAsync("replay --stage resolver --to-earliest --business 2 --execute");
        Assert.Equal((ExitCode.Ok, ""), (said.Code, said.Error));
        var again = (await ReadAsync(here)).Skip(30).ToList();
        Assert.Equal(Enumerable.Range(0, 10).Select(number => $"2 {number}"), again.Select(record => $"{Encoding.UTF8.GetString(record.Key!)} {record.Value![0]}"));
        Assert.All(again, record => Assert.Equal(["event-id", "replay-id", "replay-resolve"], record.Headers.Select(header => header.Key)));
        Assert.All(again, record => Assert.Equal("cache-only", record.TextOf(HeaderNames.ReplayResolve)));
        Assert.Equal([null], await here.CommittedAsync(here.Topics.Raw.Name, "whatsapp-resolver"));

        // The copies are not copied.
        await here.RunAsync("replay --stage resolver --to-earliest --business 2 --resolve live --execute");
        var live = (await ReadAsync(here)).Skip(40).ToList();
        Assert.Equal(10, live.Count);
        Assert.All(live, record => Assert.Null(record.TextOf(HeaderNames.ReplayResolve)));
    }

    [Theory]
    [InlineData("--to-offset 3 --until 6", 3)]
    [InlineData("--to-datetime 2026-03-01T08:00:10.000 --until 2026-03-01T08:00:20.000", 10)]
    [InlineData("--to-offset 27 --rate 1000", 3)]
    public async Task A_range_is_written_again(string range, int records)
    {
        await using var here = await WithEventsAsync($"range-{records}-{range.Length}");
        var said = await here.RunAsync($"replay --stage resolver {range} --execute");
        Assert.Equal(ExitCode.Ok, said.Code);
        Assert.Equal(30 + records, (await ReadAsync(here)).Count);
    }

    [Fact]
    public async Task What_was_interrupted_goes_on_where_it_was_acknowledged()
    {
        await using var here = await WithEventsAsync("resumed");
        var id = "test" + Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture);
        var folder = CheckoutFolders.Find().DataOf("replays");
        // What a replay of business 1 leaves when it is killed after six of its ten.
        await File.WriteAllTextAsync(Path.Combine(folder, id + ".json"), JsonSerializer.Serialize(new
        {
            id,
            topic = here.Topics.Raw.Name,
            businesses = new[] { 1 },
            cache_only = true,
            ranges = new[] { new { partition = 0, next = 18, end = 30 } },
            written = 6,
        }));

        var said = await here.RunAsync($"replay --resume {id} --execute");
        Assert.Equal((ExitCode.Ok, ""), (said.Code, said.Error));
        Assert.Equal([6, 7, 8, 9], (await ReadAsync(here)).Skip(30).Select(record => (int)record.Value![0]));
        Assert.Equal(ExitCode.Usage, (await here.RunAsync($"replay --resume {id} --execute")).Code);
    }

    [Fact]
    public async Task Killed_in_the_middle_and_resumed_it_leaves_nothing_out_and_repeats_a_write_at_most()
    {
        await using var here = await WithEventsAsync("killed");
        var folder = Directory.CreateTempSubdirectory("pipeline-killed-");
        await using var guardian = new Guardian();
        // Two records a write, a write every half second.
        await using (var replay = Command(here, folder, guardian, "replay", "--stage", "resolver", "--to-earliest", "--rate", "4", "--execute"))
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while ((await ReadAsync(here)).Count < 36) await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            Assert.True(Signal.Send(replay.Id, Signal.Kill));
            await replay.Ended;
        }
        var id = Path.GetFileNameWithoutExtension(Assert.Single(folder.GetFiles("*.json", SearchOption.AllDirectories)).Name);
        Assert.InRange((await ReadAsync(here)).Count, 36, 58);

        await using (var resumed = Command(here, folder, guardian, "replay", "--resume", id, "--execute"))
            Assert.True(await resumed.Ended == ExitCode.Ok, resumed.LastLines());

        var again = (await ReadAsync(here)).Skip(30).ToList();
        Assert.All(again, record => Assert.Equal(id, record.TextOf("replay-id")));
        Assert.Equal(Enumerable.Range(0, 30).Select(number => $"e-{number}").Order(), again.Select(record => record.TextOf("event-id")!).Distinct().Order());
        Assert.InRange(again.Count, 30, 32);
        folder.Delete(recursive: true);
    }

    // As a process of its own, so that it can be killed.
    private ChildProcess Command(Operated here, DirectoryInfo folder, Guardian guardian, params string[] arguments) => ChildProcess.Start(
        "pipeline", Path.Combine(folder.FullName, "pipeline.log"), guardian, "TERM",
        ["dotnet", Path.Combine(AppContext.BaseDirectory, "Pipeline.Cli.dll"), .. arguments, "--bootstrap-servers", servers.Kafka.BootstrapServers, "--prefix", here.Prefix, "--postgres", here.Connection],
        [new("PIPELINE_DATA", folder.FullName), new("PIPELINE_ROOT", folder.FullName)]);

    /// <summary>Ten records of each of three businesses in turn, a second apart.</summary>
    private async Task<Operated> WithEventsAsync(string name)
    {
        var here = await servers.NewAsync(name, partitions: 1);
        var at = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
        for (var number = 0; number < 30; number++)
            servers.Produce(here.Topics.Raw.Name, (1 + (number % 3)).ToString(CultureInfo.InvariantCulture), [(byte)(number / 3)], at.AddSeconds(number), 0, ("event-id", Encoding.UTF8.GetBytes($"e-{number}")));
        servers.Flush();
        return here;
    }

    private async Task<List<StoredRecord>> ReadAsync(Operated here)
    {
        var topic = here.Topics.Raw.Name;
        var lag = Assert.Single(await new LagReader(servers.Kafka, new ServiceName("tests")).ReadAsync(topic, "none", TimeSpan.FromSeconds(10), default));
        var records = new List<StoredRecord>();
        await foreach (var record in new TopicReader(servers.Kafka, new ServiceName("tests")).ReadAsync([new Position(topic, 0, 0)], [new Position(topic, 0, lag.High)], default)) records.Add(record);
        return records;
    }
}
