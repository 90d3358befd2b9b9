using System.Globalization;
using Confluent.Kafka;

namespace Pipeline.Streaming.Tests;

/// <summary>What <c>/metrics</c> of a service tells of how far it has come.</summary>
public sealed class LagFigures(KafkaFixture kafka) : IClassFixture<KafkaFixture>, IDisposable
{
    private readonly HttpClient http = new();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Say_how_many_records_are_unread_and_since_when_the_first_of_them_waits()
    {
        var topics = kafka.NewTopics("lagging");
        var anHourAgo = TimeProvider.System.GetUtcNow().AddHours(-1);
        for (var number = 0; number < 10; number++)
            kafka.Produce(topics.All.Raw.Name, "1", KafkaFixture.Raw(1, number), timestamp: new Timestamp(anHourAgo.AddMinutes(number).ToUnixTimeMilliseconds(), TimestampType.CreateTime));
        kafka.Flush();
        var partition = Murmur2.PartitionOf("1", 4);
        var goOn = new TaskCompletionSource();
        var batches = 0;
        var stage = Stages.From(async (batch, cancellation) =>
        {
            if (Interlocked.Increment(ref batches) > 1) await goOn.Task.WaitAsync(cancellation);
            return [.. batch.Inputs.Select(_ => Outcome.Done)];
        });

        await using var service = TestService.Start(kafka, topics, "lagging", stage, "--Kafka:BatchRecords=4", "--Metrics:LagInterval=00:00:01");
        var labels = $"{{consumergroup=\"lagging\",partition=\"{partition}\",topic=\"lagging.raw.v1\"}}";
        await Eventually.True(async () => await NumberAsync(service, "kafka_consumergroup_current_offset" + labels) == 4, "the first four are committed");

        Assert.Equal(6, await NumberAsync(service, "kafka_consumergroup_lag" + labels));
        Assert.Equal(6, await NumberAsync(service, "kafka_consumergroup_lag_sum{consumergroup=\"lagging\",topic=\"lagging.raw.v1\"}"));
        Assert.Equal(10, await NumberAsync(service, $"kafka_topic_partition_current_offset{{partition=\"{partition}\",topic=\"lagging.raw.v1\"}}"));
        Assert.Equal(1, await NumberAsync(service, "kafka_consumergroup_members{consumergroup=\"lagging\"}"));
        // The fifth record was written 56 minutes ago.
        Assert.InRange(await NumberAsync(service, "kafka_consumergroup_lag_seconds" + labels) ?? 0, 56 * 60, 57 * 60);

        goOn.SetResult();
        await Eventually.True(async () => await NumberAsync(service, "kafka_consumergroup_lag" + labels) == 0, "everything is read");
        Assert.Equal(0, await NumberAsync(service, "kafka_consumergroup_lag_seconds" + labels));
    }

    [Fact]
    public async Task Leave_out_what_has_never_been_committed()
    {
        var topics = kafka.NewTopics("uncommitted");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 3);
        var partition = Murmur2.PartitionOf("1", 4);
        var stage = Stages.From(async (batch, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return [];
        });

        await using var service = TestService.Start(kafka, topics, "uncommitted", stage, "--Metrics:LagInterval=00:00:01");
        var labels = $"{{consumergroup=\"uncommitted\",partition=\"{partition}\",topic=\"uncommitted.raw.v1\"}}";
        // Its age is known all the same: a group without positions begins at the first record.
        await Eventually.True(async () => await NumberAsync(service, "kafka_consumergroup_lag_seconds" + labels) is not null, "the lag is measured");

        Assert.Null(await NumberAsync(service, "kafka_consumergroup_lag" + labels));
        Assert.Null(await NumberAsync(service, "kafka_consumergroup_current_offset" + labels));
        Assert.Null(await NumberAsync(service, "kafka_consumergroup_lag_sum{consumergroup=\"uncommitted\",topic=\"uncommitted.raw.v1\"}"));
    }

    [Fact]
    public async Task Of_two_copies_add_up_to_those_of_the_group()
    {
        var topics = kafka.NewTopics("copies");
        foreach (var business in Enumerable.Range(1, 20)) kafka.ProduceRaw(topics, business, from: 0, count: 5);
        await using var one = TestService.Start(kafka, topics, "copies", Stages.PassOn(topics), "--Metrics:LagInterval=00:00:01");
        await using var other = TestService.Start(kafka, topics, "copies", Stages.PassOn(topics), "--Metrics:LagInterval=00:00:01");

        await Eventually.True(async () => await PartitionsAsync(one) is { Length: 2 } of && await PartitionsAsync(other) is { Length: 2 } ofOther && !of.Intersect(ofOther).Any(), "each copy tells of its half", 60);
        Assert.Equal(1, await NumberAsync(one, "kafka_consumergroup_members{consumergroup=\"copies\"}"));
        Assert.Equal(1, await NumberAsync(other, "kafka_consumergroup_members{consumergroup=\"copies\"}"));
    }

    private async Task<string[]> PartitionsAsync(TestService service) =>
        [.. (await LinesAsync(service)).Where(line => line.StartsWith("kafka_topic_partition_current_offset{", StringComparison.Ordinal)).Select(line => line.Split(' ')[0])];

    private async Task<double?> NumberAsync(TestService service, string sample)
    {
        var line = Array.Find(await LinesAsync(service), line => line.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private async Task<string[]> LinesAsync(TestService service) =>
        service.App.Urls.FirstOrDefault(url => !url.EndsWith(":0", StringComparison.Ordinal)) is { } url ? (await http.GetStringAsync(url + "/metrics")).Split('\n') : [];
}
