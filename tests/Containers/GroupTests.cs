using Confluent.Kafka;
using Pipeline.Contracts;

namespace Pipeline.Containers;

[Collection(KafkaCollection.Name)]
public sealed class GroupTests(KafkaContainers kafka)
{
    [Fact]
    public async Task Copies_that_come_and_go_lose_nothing_and_keep_the_order_of_a_business()
    {
        var topics = await kafka.NewTopicsAsync("rebalance");
        await using var first = Service.Start(kafka, topics);
        kafka.ProduceRaw(topics, from: 0, count: 2000);
        await using (Service.Start(kafka, topics))
        {
            kafka.ProduceRaw(topics, from: 2000, count: 2000);
            await using var third = Service.Start(kafka, topics);
            kafka.ProduceRaw(topics, from: 4000, count: 2000);
            kafka.ReadIds(topics.Enriched.Name, 4000);
        }
        await Committed.AllAsync(kafka, topics);

        // An event may come again after a rebalance; the first time it comes is in order.
        var firstTimes = kafka.ReadIds(topics.Enriched.Name, 6000).Select(int.Parse).Distinct().ToList();
        Assert.Equal(6000, firstTimes.Count);
        foreach (var ofBusiness in firstTimes.GroupBy(number => number % 7)) Assert.Equal(ofBusiness.Order(), ofBusiness);
    }

    [Fact]
    public async Task A_second_copy_under_the_same_name_takes_over_from_the_first()
    {
        var topics = await kafka.NewTopicsAsync("fenced");
        await using var first = Service.Start(kafka, topics, "--Kafka:InstanceId=one");
        kafka.ProduceRaw(topics, from: 0, count: 500);
        await Committed.AllAsync(kafka, topics);

        await using var second = Service.Start(kafka, topics, "--Kafka:InstanceId=one");
        kafka.ProduceRaw(topics, from: 500, count: 500);
        await Committed.AllAsync(kafka, topics);

        Assert.Equal(1000, kafka.ReadIds(topics.Enriched.Name, 1000).Distinct().Count());
    }

    [Fact]
    public async Task A_group_that_is_set_back_writes_the_same_events_again_under_the_same_ids()
    {
        var topics = await kafka.NewTopicsAsync("replay");
        kafka.ProduceRaw(topics, from: 0, count: 1000);
        await using (Service.Start(kafka, topics)) await Committed.AllAsync(kafka, topics);

        Committed.Set(kafka, Enumerable.Range(0, 4).Select(partition => new TopicPartitionOffset(topics.Raw.Name, partition, 0)));
        await using (Service.Start(kafka, topics)) await Committed.AllAsync(kafka, topics);

        var ids = kafka.ReadIds(topics.Enriched.Name, 2000);
        Assert.Equal(2000, ids.Count);
        Assert.Equal(1000, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_time_is_the_first_record_at_or_after_it_and_a_time_after_all_is_the_end()
    {
        var topics = await kafka.NewTopicsAsync("times");
        kafka.ProduceRaw(topics, from: 0, count: 700);
        using var consumer = new ConsumerBuilder<byte[], byte[]>(kafka.Client(("group.id", Topics.Groups.Resolver), ("enable.auto.commit", "false"))).Build();

        foreach (var partition in Enumerable.Range(0, 4).Select(partition => new TopicPartition(topics.Raw.Name, partition)))
        {
            var ends = consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10));
            if (ends.High == ends.Low) continue;
            var found = Find(partition, second: 350);
            consumer.Assign(new TopicPartitionOffset(partition, found));
            Assert.InRange(consumer.Consume(TimeSpan.FromSeconds(10)).Message.Timestamp.UnixTimestampMs, 1_760_000_350_000, long.MaxValue);
            consumer.Assign(new TopicPartitionOffset(partition, found - 1));
            Assert.InRange(consumer.Consume(TimeSpan.FromSeconds(10)).Message.Timestamp.UnixTimestampMs, 0, 1_760_000_349_999);
            Assert.Equal(Offset.End, Find(partition, second: 701));
        }

        Offset Find(TopicPartition partition, int second) => consumer.OffsetsForTimes(
            [new TopicPartitionTimestamp(partition, new Timestamp(DateTimeOffset.FromUnixTimeSeconds(1_760_000_000 + second)))], TimeSpan.FromSeconds(10)).Single().Offset;
    }
}
