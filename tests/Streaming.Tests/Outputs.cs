using Confluent.Kafka;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class Outputs(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task Carry_where_they_come_from_and_what_they_are_and_lie_where_their_key_belongs()
    {
        var topics = kafka.NewTopics("headers", partitions: 12);
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        kafka.Produce(topics.All.Raw.Name, "42", KafkaFixture.Raw(42, 1), [new Header("traceparent", System.Text.Encoding.UTF8.GetBytes(trace))]);
        kafka.Flush();

        await using var service = TestService.Start(kafka, topics, "headers", Stages.PassOn(topics));
        var record = kafka.Read(topics.All.Enriched.Name, read => read.Count == 1, partitions: 12)[0];

        // murmur2("42") mod 12, as Java and kafkajs compute it.
        Assert.Equal(Murmur2.PartitionOf("42", 12), record.Partition.Value);
        Assert.Equal(topics.All.Raw.Name, record.Header("source-topic"));
        Assert.Equal(record.Partition.Value.ToString(), record.Header("source-partition"));
        Assert.Equal("0", record.Header("source-offset"));
        Assert.Equal("1", record.Header("event-id"));
        Assert.Equal("1", record.Header("ce_id"));
        Assert.Equal("1.0", record.Header("ce_specversion"));
        Assert.Equal("/whatsapp/42", record.Header("ce_source"));
        Assert.Equal("whatsapp.test.v1", record.Header("ce_type"));
        Assert.Equal("1970-01-01T00:00:00Z", record.Header("ce_time"));
        Assert.Equal("application/protobuf", record.Header("content-type"));
        Assert.Equal(trace, record.Header("traceparent"));
    }

    [Fact]
    public async Task Of_one_key_keep_the_order_of_the_inputs()
    {
        var topics = kafka.NewTopics("order");
        for (var number = 0; number < 20_000; number++)
            kafka.Produce(topics.All.Raw.Name, Topics.KeyOf(number % 10), KafkaFixture.Raw(number % 10, number));
        kafka.Flush();

        await using var service = TestService.Start(kafka, topics, "order", Stages.PassOn(topics), "--Kafka:BatchRecords=100");
        var records = kafka.Read(topics.All.Enriched.Name, read => read.Count == 20_000);

        foreach (var ofKey in records.GroupBy(RecordExtensions.KeyText))
        {
            var numbers = ofKey.OrderBy(record => record.Offset.Value).Select(record => int.Parse(record.Header("event-id"))).ToList();
            Assert.Equal(2_000, numbers.Count);
            Assert.Equal(numbers.Order(), numbers);
        }
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "order");
    }
}
