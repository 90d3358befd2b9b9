using Confluent.Kafka;

namespace Pipeline.Streaming.Tests;

public class MovingOffsets(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly KafkaOptions options = new() { BootstrapServers = kafka.Broker.BootstrapServers };
    private readonly ServiceName name = new("tests");

    [Fact]
    public async Task A_group_that_nobody_reads_with_is_moved_forth_and_back()
    {
        var topics = kafka.NewTopics("idle");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        var raw = topics.All.Raw.Name;
        var partition = (await kafka.LagAsync(raw, "idle-group")).Single(lag => lag.High > 0).Partition;

        foreach (var offset in (long[])[7, 2])
        {
            await using (var idle = await IdleGroup.TakeAsync(options, name, "idle-group", [raw], Limit, default))
                await idle.CommitAsync([new Position(raw, partition, offset)], default);
            Assert.Equal(offset, (await kafka.LagAsync(raw, "idle-group")).Single(lag => lag.Partition == partition).Committed);
        }
    }

    [Fact]
    public async Task A_group_that_somebody_reads_with_is_not_moved()
    {
        var topics = kafka.NewTopics("busy");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        var raw = topics.All.Raw.Name;
        using var ending = new CancellationTokenSource();
        using var member = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Consumer(options, "member", "busy-group")).SetLogHandler((_, _) => { }).Build();
        member.Subscribe(raw);
        var reading = Task.Run(() =>
        {
            while (!ending.IsCancellationRequested) member.Consume(TimeSpan.FromMilliseconds(50));
        });
        await Eventually.True(() => member.Assignment.Count == 4, "the member has the partitions");

        var refused = await Assert.ThrowsAsync<GroupActiveException>(() => IdleGroup.TakeAsync(options, name, "busy-group", [raw], Limit, default));
        Assert.Equal("Assignments can only be reset if the group 'busy-group' is inactive, but the current state is Stable.", refused.Message);
        await Eventually.True(() => member.Assignment.Count == 4, "the member has the partitions again");
        Assert.All(await kafka.LagAsync(raw, "busy-group"), lag => Assert.Null(lag.Committed));
        await ending.CancelAsync();
        await reading;
        member.Close();
    }

    [Fact]
    public async Task A_copy_that_keeps_its_place_over_restarts_is_waited_for_once_it_has_stopped()
    {
        var topics = kafka.NewTopics("kept");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        var raw = topics.All.Raw.Name;
        var kept = new KafkaOptions { BootstrapServers = options.BootstrapServers, InstanceId = "kept-1", SessionTimeout = TimeSpan.FromSeconds(10) };
        using (var member = new ConsumerBuilder<byte[], byte[]>(KafkaConfig.Consumer(kept, "member", "kept-group")).SetLogHandler((_, _) => { }).Build())
        {
            member.Subscribe(raw);
            await Eventually.True(() => member.Consume(TimeSpan.FromMilliseconds(50)) is not null, "the member reads");
            member.Close();
        }

        await using var idle = await IdleGroup.TakeAsync(options, name, "kept-group", [raw], Limit, default);
        await idle.CommitAsync([new Position(raw, 0, 0)], default);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 0)]
    [InlineData(11, 1)]
    [InlineData(20, 1)]
    [InlineData(21, 4)]
    [InlineData(30, 4)]
    [InlineData(31, -1)]
    public async Task A_time_begins_at_the_first_record_that_is_not_before_it(int second, long offset)
    {
        // Three records of the same second in between.
        var topic = Dated($"times-{second}", 10, 20, 20, 20, 30);
        Assert.Equal(offset < 0 ? null : offset, await FindAsync(topic, At(second)));
    }

    [Fact]
    public async Task Records_that_are_dated_up_to_an_hour_too_early_do_not_hide_the_first_one()
    {
        // A clock that is 50 minutes slow writes every third record.
        var seconds = Enumerable.Range(0, 5000).Select(number => number % 3 == 1 ? number - 3000 : number).ToArray();
        var topic = Dated("slow-clock", seconds);
        foreach (var asked in (int[])[1, 499, 1000, 2500, 4001, 4998])
            Assert.Equal(Array.FindIndex(seconds, second => second >= asked), await FindAsync(topic, At(asked)));
    }

    [Fact]
    public async Task A_time_is_found_although_the_oldest_records_are_gone()
    {
        // The in-process broker keeps 5 MB.
        var topic = Dated("retention", Enumerable.Range(0, 4000).ToArray(), padding: 2000);
        var ends = (await kafka.LagAsync(topic, "none")).Single();
        Assert.True(ends.Low > 0);
        Assert.Equal(ends.Low, await FindAsync(topic, At(0)));
        Assert.Equal(3500, await FindAsync(topic, At(3500)));
    }

    [Fact]
    public async Task An_empty_partition_has_no_record_of_any_time()
    {
        kafka.Broker.CreateTopic("empty", 1);
        Assert.Null(await FindAsync("empty", At(0)));
    }

    private static DateTimeOffset At(int second) => DateTimeOffset.FromUnixTimeSeconds(1_760_000_000 + second);

    private string Dated(string topic, params int[] seconds) => Dated(topic, seconds, padding: 0);

    private string Dated(string topic, int[] seconds, int padding)
    {
        kafka.Broker.CreateTopic(topic, 1);
        foreach (var second in seconds) kafka.Produce(topic, "1", new byte[padding], timestamp: new Timestamp(At(second)));
        kafka.Flush();
        return topic;
    }

    private async Task<long?> FindAsync(string topic, DateTimeOffset time) =>
        Assert.Single(await new OffsetsByTime(options, name).FindAsync(await kafka.LagAsync(topic, "none"), time, Limit, default));
}
