using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Pipeline.Cli;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Operations.Tests;

public class DeadLetterTests(OperatedServers servers) : IClassFixture<OperatedServers>
{
    private static readonly DateTimeOffset Failed = new(2026, 3, 1, 8, 30, 0, TimeSpan.Zero);

    public static TheoryData<string> Families => [.. FamilyHeaders("raw").Keys];

    [Theory]
    [MemberData(nameof(Families))]
    public async Task A_letter_goes_back_as_it_was_whoever_set_it_aside(string family)
    {
        await using var here = await servers.NewAsync($"family-{family}", partitions: 1);
        var raw = here.Topics.Raw;
        (string, byte[])[] headers = [("event-id", Text("e-1")), ("traceparent", Text("00-1-2-01")), .. FamilyHeaders(raw.Name)[family]];
        servers.Produce(raw.DeadLetters, "7", [0, 1, 2, 3], Failed, partition: 0, headers);
        servers.Flush();

        var said = await here.RunAsync("dlq redrive --execute");
        Assert.Equal((ExitCode.Ok, ""), (said.Code, said.Error));
        Assert.Equal($"1 redriven to {raw.Name}", said.Lines[0]);

        var back = Assert.Single(await ReadAsync(raw.Name));
        Assert.Equal("7", Encoding.UTF8.GetString(back.Key!));
        Assert.Equal([0, 1, 2, 3], back.Value!);
        Assert.Equal(["event-id=e-1", "traceparent=00-1-2-01", "dlq-redrives=1"], back.Headers.Select(header => $"{header.Key}={Encoding.UTF8.GetString(header.Value)}"));
    }

    [Fact]
    public async Task A_letter_that_was_sent_back_is_not_listed_and_not_sent_back_again()
    {
        await using var here = await WithLettersAsync("once");
        Assert.Equal("5 dead letters.", (await here.RunAsync("dlq list")).Lines[^1]);
        var dry = await here.RunAsync("dlq redrive --reason too_large");
        Assert.Equal("2 would be redriven to once.raw.v1", Assert.Single(dry.Lines));
        Assert.Empty(await ReadAsync(here.Topics.Raw.Name));

        Assert.Equal("2 redriven to once.raw.v1", Assert.Single((await here.RunAsync("dlq redrive --reason too_large --execute")).Lines));
        Assert.Equal("3 dead letters; 2 more were redriven or discarded.", (await here.RunAsync("dlq list")).Lines[^1]);
        Assert.Equal("No dead letter is left to settle.", Assert.Single((await here.RunAsync("dlq redrive --reason too_large --execute")).Lines));
        Assert.Equal(2, (await ReadAsync(here.Topics.Raw.Name)).Count);
    }

    [Fact]
    public async Task The_list_counts_by_topic_reason_and_service_and_filters()
    {
        await using var here = await WithLettersAsync("list");
        var said = await here.RunAsync("dlq list --limit 1");
        Assert.Equal(["list.raw.v1", "bad_magic", "resolver", "3", "2026-03-01T08:30:00.000", "2026-03-01T08:32:00.000"], Cells(said.Lines[1]));
        Assert.Equal(["list.raw.v1", "too_large", "resolver", "2", "2026-03-01T08:33:00.000", "2026-03-01T08:34:00.000"], Cells(said.Lines[2]));
        Assert.Equal(["list.raw.v1.dlq/0@0", "2026-03-01T08:30:00.000", "1", "bad_magic", "1", "0", "e-0"], Cells(said.Lines[4]));
        Assert.Equal("… and 4 more (--limit)", said.Lines[5]);

        Assert.StartsWith("3 dead", (await here.RunAsync("dlq list --business 1")).Lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("3 dead", (await here.RunAsync("dlq list --from 2026-03-01T08:31:00.000 --to 2026-03-01T08:34:00.000")).Lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("1 dead", (await here.RunAsync("dlq list --reason too_large --business 1 --topic list.raw.v1")).Lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("0 dead", (await here.RunAsync("dlq list --topic list.linked.v1.dlq")).Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_discarded_letter_is_not_listed_any_more_and_stays_in_Kafka()
    {
        await using var here = await WithLettersAsync("gone");
        Assert.Equal("1 discarded of gone.raw.v1", Assert.Single((await here.RunAsync("dlq discard gone.raw.v1.dlq/0@2 --execute")).Lines));
        var list = await here.RunAsync("dlq list");
        Assert.DoesNotContain("/0@2", list.Output);
        Assert.Equal("4 dead letters; 1 more were redriven or discarded.", list.Lines[^1]);
        Assert.Equal(5, (await ReadAsync(here.Topics.Raw.DeadLetters)).Count);
    }

    [Fact]
    public async Task A_letter_is_shown_with_its_text_on_request_only()
    {
        await using var here = await servers.NewAsync("show", partitions: 1);
        var raw = new RawEvent { BusinessId = 7, EventId = "e-1", EventType = "messages.upsert", Payload = ByteString.CopyFromUtf8("""{"text":"an invented text"}""") };
        byte[] value = [0, 0, 0, 0, 1, 0, .. raw.ToByteArray()];
        servers.Produce(here.Topics.Raw.DeadLetters, "7", value, Failed, partition: 0, FamilyHeaders(here.Topics.Raw.Name)["connect"]);
        servers.Flush();

        var said = await here.RunAsync("dlq show show.raw.v1.dlq/0@0");
        Assert.Equal("from      show.raw.v1/3@40", said.Lines[1]);
        Assert.Contains("  dlq-reason: bad_magic", said.Lines);
        Assert.DoesNotContain("an invented text", said.Output);
        Assert.Contains("\"text\": \"an invented text\"", (await here.RunAsync("dlq show show.raw.v1.dlq/0@0 --payload")).Output);
        Assert.Equal(ExitCode.Failed, (await here.RunAsync("dlq show show.raw.v1.dlq/0@1")).Code);
    }

    [Fact]
    public async Task A_letter_that_names_a_foreign_topic_stays_where_it_is()
    {
        await using var here = await servers.NewAsync("astray", partitions: 1);
        servers.Produce(here.Topics.Raw.DeadLetters, "7", [1], Failed, partition: 0, FamilyHeaders("somebody.elses")["connect"]);
        servers.Flush();
        var said = await here.RunAsync("dlq redrive --execute");
        Assert.Contains("1 name no topic of the pipeline", said.Error);
        Assert.StartsWith("1 dead", (await here.RunAsync("dlq list")).Lines[^1], StringComparison.Ordinal);
    }

    /// <summary>What each system says of the record <c>topic/3@40</c>.</summary>
    private static Dictionary<string, (string Name, byte[] Value)[]> FamilyHeaders(string topic)
    {
        var (partition, offset) = (new byte[4], new byte[8]);
        BinaryPrimitives.WriteInt32BigEndian(partition, 3);
        BinaryPrimitives.WriteInt64BigEndian(offset, 40);
        return new()
        {
            ["connect"] =
            [
                ("__connect.errors.topic", Text(topic)), ("__connect.errors.partition", Text("3")), ("__connect.errors.offset", Text("40")),
                ("__connect.errors.connector.name", Text("resolver")), ("__connect.errors.stage", Text("VALUE_CONVERTER")),
                ("dlq-reason", Text("bad_magic")), ("dlq-attempts", Text("1")), ("dlq-first-failure-at", Text("2026-03-01T08:30:00Z")),
            ],
            ["streams"] =
            [
                ("__streams.errors.exception", Text("org.apache.kafka.common.errors.SerializationException")), ("__streams.errors.message", Text("Unknown magic byte!")),
                ("__streams.errors.topic", Text(topic)), ("__streams.errors.partition", Text("3")), ("__streams.errors.offset", Text("40")),
            ],
            ["spring"] =
            [
                ("kafka_dlt-original-topic", Text(topic)), ("kafka_dlt-original-partition", partition), ("kafka_dlt-original-offset", offset),
                ("kafka_dlt-exception-fqcn", Text("java.lang.IllegalStateException")), ("kafka_dlt-exception-stacktrace", Text("at …")),
            ],
            ["spring-base64"] =
            [
                ("kafka_dlt-original-topic", Text(topic)), ("kafka_dlt-original-partition", Text(Convert.ToBase64String(partition))), ("kafka_dlt-original-offset", Text("AAAAAAAAACg=")),
            ],
            ["wolverine"] =
            [
                ("exception-type", Text("System.InvalidOperationException")), ("exception-message", Text("no")), ("exception-stack", Text("at …")),
                ("failed-at", Text("1772353800000")), ("original-partition", Text("3")), ("original-offset", Text("40")), ("attempts", Text("3")),
            ],
            ["silverback"] =
            [
                ("x-source-topic", Text(topic)), ("x-source-partition", Text("3")), ("x-source-offset", Text("40")), ("x-failed-attempts", Text("3")), ("x-failure-reason", Text("no")),
            ],
        };
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Every_family_tells_where_the_letter_came_from(string family)
    {
        await using var here = await servers.NewAsync($"told-{family}", partitions: 1);
        servers.Produce(here.Topics.Raw.DeadLetters, "7", [1], Failed, partition: 0, FamilyHeaders(here.Topics.Raw.Name)[family]);
        servers.Flush();
        Assert.Equal($"from      {here.Topics.Raw.Name}/3@40", (await here.RunAsync($"dlq show {here.Topics.Raw.DeadLetters}/0@0")).Lines[1]);
    }

    /// <summary>Three letters that are no record of the topic, then two that are too large, of two businesses in turn, a minute apart.</summary>
    private async Task<Operated> WithLettersAsync(string name)
    {
        var here = await servers.NewAsync(name, partitions: 1);
        var raw = here.Topics.Raw;
        for (var number = 0; number < 5; number++)
        {
            servers.Produce(raw.DeadLetters, number % 2 == 0 ? "1" : "2", [1], Failed, partition: 0,
                ("event-id", Text($"e-{number}")), ("__connect.errors.topic", Text(raw.Name)), ("__connect.errors.connector.name", Text("resolver")),
                ("dlq-reason", Text(number < 3 ? "bad_magic" : "too_large")), ("dlq-attempts", Text("1")), ("dlq-first-failure-at", Text($"2026-03-01T08:3{number}:00Z")));
        }
        servers.Flush();
        return here;
    }

    private async Task<List<StoredRecord>> ReadAsync(string topic)
    {
        var lags = await new LagReader(servers.Kafka, new ServiceName("tests")).ReadAsync(topic, "none", TimeSpan.FromSeconds(10), default);
        var records = new List<StoredRecord>();
        await foreach (var record in new TopicReader(servers.Kafka, new ServiceName("tests")).ReadAsync(
            [.. lags.Select(lag => new Position(topic, lag.Partition, lag.Low))], [.. lags.Select(lag => new Position(topic, lag.Partition, lag.High))], default)) records.Add(record);
        return records;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
