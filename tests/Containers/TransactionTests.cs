using Confluent.Kafka;

namespace Pipeline.Containers;

[Collection(KafkaCollection.Name)]
public sealed class TransactionTests(KafkaContainers kafka)
{
    private const string On = "--Kafka:Transactions=true";

    [Fact]
    public async Task A_reader_of_committed_records_sees_each_event_once_however_often_the_service_is_restarted()
    {
        var topics = await kafka.NewTopicsAsync("once");
        kafka.ProduceRaw(topics, from: 0, count: 5000);
        for (var start = 0; start < 3; start++)
        {
            await using var service = Service.Start(kafka, topics, On);
            kafka.ReadIds(topics.Enriched.Name, 1000 * (start + 1));
        }
        await using (Service.Start(kafka, topics, On)) await Committed.AllAsync(kafka, topics);

        var ids = kafka.ReadIds(topics.Enriched.Name, 5000);
        Assert.Equal(5000, ids.Count);
        Assert.Equal(5000, ids.Distinct().Count());
    }

    [Fact]
    public async Task What_was_aborted_is_no_event()
    {
        var topics = await kafka.NewTopicsAsync("aborted");
        using (var producer = new ProducerBuilder<byte[], byte[]>(kafka.Client(("transactional.id", "aborted-writer"), ("partitioner", "murmur2_random"))).Build())
        {
            producer.InitTransactions(TimeSpan.FromSeconds(30));
            producer.BeginTransaction();
            for (var number = 0; number < 100; number++) producer.Produce(topics.Raw.Name, KafkaContainers.RawRecord(number));
            producer.Flush(TimeSpan.FromSeconds(30));
            producer.AbortTransaction(TimeSpan.FromSeconds(30));
        }
        kafka.ProduceRaw(topics, from: 100, count: 100);

        await using var service = Service.Start(kafka, topics);
        var ids = kafka.ReadIds(topics.Enriched.Name, 100).Select(int.Parse).Order();
        Assert.Equal(Enumerable.Range(100, 100), ids);
    }

    [Fact]
    public async Task A_zombie_cannot_commit_what_its_successor_has_taken_over()
    {
        var topics = await kafka.NewTopicsAsync("zombie");
        using var zombie = Transactional();
        zombie.InitTransactions(TimeSpan.FromSeconds(30));
        zombie.BeginTransaction();
        zombie.Produce(topics.Raw.Name, KafkaContainers.RawRecord(1));
        zombie.Flush(TimeSpan.FromSeconds(30));

        using var successor = Transactional();
        successor.InitTransactions(TimeSpan.FromSeconds(30));
        successor.BeginTransaction();
        successor.Produce(topics.Raw.Name, KafkaContainers.RawRecord(2));
        successor.CommitTransaction(TimeSpan.FromSeconds(30));

        var refused = Assert.Throws<KafkaException>(() => zombie.CommitTransaction(TimeSpan.FromSeconds(30)));
        Assert.True(refused.Error.IsFatal, refused.Message);

        await using var service = Service.Start(kafka, topics);
        Assert.Equal(["2"], kafka.ReadIds(topics.Enriched.Name, 1));

        IProducer<byte[], byte[]> Transactional() =>
            new ProducerBuilder<byte[], byte[]>(kafka.Client(("transactional.id", "zombie-writer"), ("partitioner", "murmur2_random"))).Build();
    }
}
