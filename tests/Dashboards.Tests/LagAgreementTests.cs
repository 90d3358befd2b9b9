using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Cli;
using Pipeline.Cli.Commands;
using Pipeline.Servers;

namespace Pipeline.Dashboards.Tests;

/// <summary>
/// Three who know nothing of each other are asked how far the groups have come, under load: <c>pipeline lag</c>, <c>/metrics</c> and kafkajs.
/// Offsets only rise, so what one of them says must lie between what the others said in the poll before and in the poll after; the lag
/// between what follows from those. When the load has ended all three say the same.
/// </summary>
public sealed partial class LagAgreementTests(WatchedPipeline watched) : IClassFixture<WatchedPipeline>
{
    private const int Polls = 8;

    // As often as a service measures.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private static readonly (string Group, string Topic, string Service)[] Readers =
    [
        ("whatsapp-resolver", "whatsapp.raw.v1", "resolver"), ("whatsapp-threadlinker", "whatsapp.enriched.v1", "threadlinker"), ("whatsapp-sink", "whatsapp.linked.v1", "sink"),
    ];

    [Fact]
    public async Task Pipeline_lag_metrics_and_kafkajs_agree_within_one_poll_under_load()
    {
        await using var kafkajs = await Witness.StartAsync(watched.Run.BootstrapServers);
        var polls = new List<Dictionary<string, Dictionary<Partition, Seen>>>();
        for (var poll = 0; poll < Polls; poll++)
        {
            polls.Add(await AskAllAsync(kafkajs));
            // Counted from the last answer: what a service tells next was measured after it.
            using var pace = new PeriodicTimer(Poll);
            await pace.WaitForNextTickAsync();
        }

        var (compared, most, apart) = (0, 0L, 0L);
        for (var at = 1; at < polls.Count - 1; at++)
            foreach (var (who, said) in polls[at])
                foreach (var (partition, seen) in said)
                {
                    var before = Others(polls[at - 1], who, partition);
                    var after = Others(polls[at + 1], who, partition);
                    if (before.Count == 0 || after.Count == 0) continue;
                    var (from, to) = (new Seen(before.Min(one => one.Current), before.Min(one => one.End)), new Seen(after.Max(one => one.Current), after.Max(one => one.End)));
                    Assert.True(seen.Current >= from.Current && seen.Current <= to.Current, $"{who} says of {partition}: committed {seen.Current}; the others {from.Current} before and {to.Current} after.");
                    Assert.True(seen.End >= from.End && seen.End <= to.End, $"{who} says of {partition}: end {seen.End}; the others {from.End} before and {to.End} after.");
                    Assert.InRange(seen.Lag, Math.Max(0, from.End - to.Current), to.End - from.Current);
                    compared++;
                    most = Math.Max(most, seen.Lag);
                    apart = Math.Max(apart, Others(polls[at], who, partition).Select(other => Math.Abs(other.Lag - seen.Lag)).DefaultIfEmpty(0).Max());
                }
        Assert.True(compared > 0 && most > 0, "There was no load.");

        await watched.QuietAsync();
        Dictionary<string, Dictionary<Partition, Seen>> last = [];
        using (var pace = new PeriodicTimer(TimeSpan.FromSeconds(1)))
            for (var tries = 0; tries < 30 && !Same(last); tries++)
            {
                last = await AskAllAsync(kafkajs);
                await pace.WaitForNextTickAsync();
            }
        Assert.True(Same(last), JsonSerializer.Serialize(last.Select(one => $"{one.Key}: {string.Join(", ", one.Value)}")));
        Figures.Say(string.Create(CultureInfo.InvariantCulture,
            $"Lag under load: pipeline lag, /metrics and kafkajs, {Polls} polls of {Poll.TotalSeconds} s, {compared} comparisons of committed offset, end and lag: all within one poll. ")
            + string.Create(CultureInfo.InvariantCulture, $"Largest lag seen {most:N0} records, largest difference in the same poll {apart:N0}; after the load all three the same."));
    }

    private static bool Same(Dictionary<string, Dictionary<Partition, Seen>> said) =>
        said.Count == 3 && said["kafkajs"].Count > 0
        && said.Values.All(one => one.Count == said["kafkajs"].Count && one.All(known => known.Value.Lag == 0 && said["kafkajs"].GetValueOrDefault(known.Key) == known.Value));

    private static List<Seen> Others(Dictionary<string, Dictionary<Partition, Seen>> poll, string who, Partition partition) =>
        [.. poll.Where(one => one.Key != who && one.Value.ContainsKey(partition)).Select(one => one.Value[partition])];

    private async Task<Dictionary<string, Dictionary<Partition, Seen>>> AskAllAsync(Witness kafkajs)
    {
        var lag = await AskPipelineLagAsync();
        var foreign = await AskKafkajsAsync(kafkajs);
        // Last, because a service tells what it measured up to five seconds ago.
        return new() { ["pipeline lag"] = lag, ["kafkajs"] = foreign, ["/metrics"] = await AskMetricsAsync() };
    }

    private async Task<Dictionary<Partition, Seen>> AskPipelineLagAsync()
    {
        using var output = new StringWriter();
        var code = await CommandLine.RunAsync(["lag", "--json", "--bootstrap-servers", watched.Run.BootstrapServers], new Terminal(output, output, live: false));
        Assert.True(code == 0, output.ToString());
        return JsonSerializer.Deserialize<JsonElement>(output.ToString()).GetProperty("partitions").EnumerateArray()
            .Where(one => one.GetProperty("current_offset").ValueKind == JsonValueKind.Number && Readers.Any(reader => reader.Group == one.GetProperty("group").GetString()))
            .ToDictionary(
                one => new Partition(one.GetProperty("group").GetString()!, one.GetProperty("topic").GetString()!, one.GetProperty("partition").GetInt32()),
                one => new Seen(one.GetProperty("current_offset").GetInt64(), one.GetProperty("log_end_offset").GetInt64()));
    }

    private async Task<Dictionary<Partition, Seen>> AskMetricsAsync()
    {
        using var http = new HttpClient();
        var said = new Dictionary<Partition, Seen>();
        foreach (var (group, topic, service) in Readers)
        {
            var text = await http.GetStringAsync(watched.Run.Urls[service] + "/metrics");
            var ends = Samples("kafka_topic_partition_current_offset").ToDictionary(sample => sample.Partition, sample => sample.Value);
            var lags = Samples("kafka_consumergroup_lag").ToDictionary(sample => sample.Partition, sample => sample.Value);
            foreach (var (partition, current) in Samples("kafka_consumergroup_current_offset"))
            {
                Assert.Equal(lags[partition], ends[partition] - current);
                said[new Partition(group, topic, partition)] = new Seen(current, ends[partition]);
            }

            IEnumerable<(int Partition, long Value)> Samples(string name) => Sample().Matches(text)
                .Where(match => match.Groups[1].Value == name && match.Groups[2].Value.Contains($"\"{topic}\"", StringComparison.Ordinal))
                .Select(match => (int.Parse(PartitionLabel().Match(match.Groups[2].Value).Groups[1].Value, CultureInfo.InvariantCulture), long.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture)));
        }
        return said;
    }

    private static async Task<Dictionary<Partition, Seen>> AskKafkajsAsync(Witness kafkajs) =>
        JsonSerializer.Deserialize<JsonElement>(await kafkajs.AskAsync(string.Join(' ', Readers.Select(reader => $"{reader.Group}={reader.Topic}")))).EnumerateArray()
            .Where(one => one.GetProperty("current").GetInt64() >= 0)
            .ToDictionary(
                one => new Partition(one.GetProperty("group").GetString()!, one.GetProperty("topic").GetString()!, one.GetProperty("partition").GetInt32()),
                // Asked first for the one and then for the other.
                one => new Seen(one.GetProperty("current").GetInt64(), one.GetProperty("end").GetInt64()));

    private sealed record Partition(string Group, string Topic, int Number);

    private sealed record Seen(long Current, long End)
    {
        public long Lag => End - Current;
    }

    [GeneratedRegex(@"^(\w+)\{([^}]*)\} (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("partition=\"(\\d+)\"")]
    private static partial Regex PartitionLabel();
}
