using System.Text.Json;
using Confluent.Kafka;
using Pipeline.Cli.Commands;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Tests;

/// <summary><c>pipeline lag</c> on a broker where the Sink has taken care of two of five records, the third of which is an hour old.</summary>
public sealed class LagTests : IDisposable
{
    private readonly Topics topics = new();
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public LagTests()
    {
        foreach (var topic in topics.All) broker.CreateTopic(topic.Name, 1);
        using var producer = new ProducerBuilder<byte[], byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = broker.BootstrapServers }).Build();
        var anHourAgo = TimeProvider.System.GetUtcNow().AddHours(-1);
        for (var number = -2; number < 3; number++)
            producer.Produce(topics.Linked.Name, new Message<byte[], byte[]> { Value = [1], Timestamp = new Timestamp(anHourAgo.AddMinutes(number).ToUnixTimeMilliseconds(), TimestampType.CreateTime) });
        producer.Produce(topics.Raw.Name, new Message<byte[], byte[]> { Value = [1] });
        Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(30)));

        using var group = new ConsumerBuilder<byte[], byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = broker.BootstrapServers, ["group.id"] = Topics.Groups.Sink }).Build();
        group.Commit([new TopicPartitionOffset(topics.Linked.Name, 0, 2)]);
    }

    public void Dispose()
    {
        broker.Dispose();
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public async Task Shows_the_columns_of_Kafkas_own_tool_with_the_seconds_beside_them()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("lag"));
        var lines = Lines();
        Assert.Equal("GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG LAG-SECONDS MEMBER", lines[0]);
        Assert.Equal(5, lines.Length);
        Assert.Matches("^whatsapp-sink whatsapp.linked.v1 0 2 5 3 36[0-9][0-9][.][0-9] -$", lines[4]);
        // Never committed: it begins at the first record.
        Assert.Matches("^whatsapp-resolver whatsapp.raw.v1 0 - 1 1 [0-9.]+ -$", lines[1]);
        Assert.Equal("whatsapp-threadlinker whatsapp.enriched.v1 0 - 0 0 0.0 -", lines[2]);
    }

    [Fact]
    public async Task Tells_the_same_as_JSON()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("lag --json --group whatsapp-sink"));
        var one = Assert.Single(JsonSerializer.Deserialize<JsonElement>(output.ToString()).GetProperty("partitions").EnumerateArray());
        Assert.Equal(
            ("whatsapp-sink", "whatsapp.linked.v1", 0, 2L, 5L, 3L),
            (one.GetProperty("group").GetString(), one.GetProperty("topic").GetString(), one.GetProperty("partition").GetInt32(),
                one.GetProperty("current_offset").GetInt64(), one.GetProperty("log_end_offset").GetInt64(), one.GetProperty("lag").GetInt64()));
        Assert.InRange(one.GetProperty("lag_seconds").GetDouble(), 3600, 3700);
        Assert.Equal(JsonValueKind.Null, one.GetProperty("member").ValueKind);
    }

    [Theory]
    [InlineData("lag --max-lag 3", ExitCode.Ok)]
    [InlineData("lag --max-lag 2", ExitCode.Failed)]
    [InlineData("lag --max-lag 2 --group whatsapp-resolver", ExitCode.Ok)]
    [InlineData("lag --max-lag 2 --watch 1", ExitCode.Failed)]
    public async Task Ends_with_1_when_a_group_is_further_behind_than_it_may_be(string arguments, int code)
    {
        Assert.Equal(code, await RunAsync(arguments));
        Assert.Equal(code == ExitCode.Ok ? "" : "pipeline: whatsapp-sink is 3 records behind, more than 2.", error.ToString().TrimEnd());
    }

    [Fact]
    public async Task Watching_prints_plain_lines_with_the_time_where_there_is_no_terminal()
    {
        await RunAsync("lag --watch --max-lag 0 --group whatsapp-sink");
        Assert.Matches("^20[0-9-]+T[0-9:]+Z$", Lines()[0]);
        Assert.StartsWith("GROUP TOPIC", Lines()[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kafka_being_away_is_said_with_an_advice()
    {
        broker.Dispose();
        Assert.Equal(ExitCode.Failed, await RunAsync("lag --group whatsapp-sink"));
        Assert.Contains("--bootstrap-servers", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_partitions_of_a_member_are_read_from_its_assignment()
    {
        byte[] assignment = [0, 1, 0, 0, 0, 2, 0, 1, (byte)'a', 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 7, 0, 2, (byte)'b', (byte)'c', 0, 0, 0, 1, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF, 0xFF];
        Assert.Equal([("a", 0), ("a", 7), ("bc", 3)], GroupMembers.Read(assignment));
        Assert.Empty(GroupMembers.Read([]));
        Assert.Empty(GroupMembers.Read([0, 1, 0, 0]));
        Assert.Empty(GroupMembers.Read("protocol of a stranger"u8));
    }

    private Task<int> RunAsync(string arguments) =>
        CommandLine.RunAsync([.. arguments.Split(' '), "--bootstrap-servers", broker.BootstrapServers], new Terminal(output, error, live: false));

    // Columns are padded; what counts is what stands in them.
    private string[] Lines() => [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
}
