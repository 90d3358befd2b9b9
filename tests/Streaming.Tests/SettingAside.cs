using System.Text;
using Confluent.Kafka;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class SettingAside(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task What_cannot_be_decoded_goes_to_the_dead_letters_unchanged_and_the_rest_goes_on()
    {
        var topics = kafka.NewTopics("undecodable");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        var written = new Timestamp(1_700_000_000_123, TimestampType.CreateTime);
        kafka.Produce(topics.All.Raw.Name, "1", "not a frame"u8.ToArray(), [new Header("event-id", "e-1"u8.ToArray()), new Header("own", [1, 2, 3])], written);
        kafka.Produce(topics.All.Raw.Name, "1", null);
        kafka.ProduceRaw(topics, business: 1, from: 10, count: 10);

        await using var service = TestService.Start(kafka, topics, "undecodable", Stages.PassOn(topics));
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "undecodable");

        Assert.Equal(Enumerable.Range(0, 20), kafka.Read(topics.All.Enriched.Name, read => read.Count >= 20).Select(record => int.Parse(record.Header("event-id"))));
        var letters = kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 2);
        var letter = letters[0];
        Assert.Equal("1", letter.KeyText());
        Assert.Equal("not a frame"u8.ToArray(), letter.Message.Value);
        Assert.Equal(written.UnixTimestampMs, letter.Message.Timestamp.UnixTimestampMs);
        Assert.Equal("e-1", letter.Header("event-id"));
        Assert.Equal([1, 2, 3], letter.Message.Headers.GetLastBytes("own"));
        Assert.Equal("bad_magic", letter.Header("dlq-reason"));
        Assert.Equal("1", letter.Header("dlq-attempts"));
        Assert.Equal(topics.All.Raw.Name, letter.Header("__connect.errors.topic"));
        Assert.Equal(Murmur2.PartitionOf("1", 4).ToString(), letter.Header("__connect.errors.partition"));
        Assert.Equal("10", letter.Header("__connect.errors.offset"));
        Assert.Equal("test", letter.Header("__connect.errors.connector.name"));
        Assert.Equal("VALUE_CONVERTER", letter.Header("__connect.errors.stage"));
        Assert.Equal(typeof(UndecodableRecordException).FullName, letter.Header("__connect.errors.exception.class.name"));
        Assert.Equal("empty_value", letters[1].Header("dlq-reason"));
        Assert.Null(letters[1].Message.Value);
    }

    [Fact]
    public async Task A_record_that_breaks_the_stage_is_isolated_and_its_neighbours_pass()
    {
        var topics = kafka.NewTopics("poison");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 500);
        var stage = Stages.From((batch, _) =>
        {
            if (batch.Inputs.Any(input => input.Value.EventId is "123" or "400")) throw new InvalidOperationException("secret 972501234567");
            return Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Inputs.Select(input => Outcome.Of(Stages.Follow(topics, input)))]);
        });

        await using var service = TestService.Start(kafka, topics, "poison", stage);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "poison");

        var numbers = kafka.Read(topics.All.Enriched.Name, read => read.Count >= 498).Select(record => int.Parse(record.Header("event-id")));
        Assert.Equal(Enumerable.Range(0, 500).Except([123, 400]), numbers);
        var letters = kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 2);
        Assert.Equal(["123", "400"], letters.Select(letter => letter.Header("__connect.errors.offset")));
        Assert.All(letters, letter =>
        {
            Assert.Equal("bug", letter.Header("dlq-reason"));
            Assert.True(int.Parse(letter.Header("dlq-attempts")) > 3);
            Assert.Equal("test", letter.Header("__connect.errors.stage"));
            Assert.Equal(typeof(InvalidOperationException).FullName, letter.Header("__connect.errors.exception.class.name"));
            Assert.DoesNotContain("972501234567", string.Concat(letter.Message.Headers.Select(header => Encoding.UTF8.GetString(header.GetValueBytes()))));
        });
    }

    [Fact]
    public async Task The_wrong_number_of_outcomes_is_a_bug()
    {
        var topics = kafka.NewTopics("count");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 3);
        var stage = Stages.From((batch, _) => Task.FromResult<IReadOnlyList<Outcome>>(
            [.. batch.Inputs.Where(input => input.Value.EventId != "1").Select(input => Outcome.Of(Stages.Follow(topics, input)))]));

        await using var service = TestService.Start(kafka, topics, "count", stage);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "count");

        Assert.Equal(["0", "2"], kafka.Read(topics.All.Enriched.Name, read => read.Count >= 2).Select(record => record.Header("event-id")));
        Assert.Equal("1", Assert.Single(kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 1)).Header("__connect.errors.offset"));
    }

    [Fact]
    public async Task What_a_stage_rejects_goes_to_the_dead_letters_with_its_reason()
    {
        var topics = kafka.NewTopics("reject");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 3);
        var stage = Stages.From((batch, _) => Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Inputs.Select(input => input.Value.EventId == "1"
            ? new Outcome.Reject("key_mismatch", "The key is not the business.", "e-1")
            : Outcome.Of(Stages.Follow(topics, input)))]));

        await using var service = TestService.Start(kafka, topics, "reject", stage);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "reject");

        var letter = Assert.Single(kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 1));
        Assert.Equal("key_mismatch", letter.Header("dlq-reason"));
        Assert.Equal("The key is not the business.", letter.Header("__connect.errors.exception.message"));
        Assert.Equal("e-1", letter.Header("event-id"));
    }

    [Fact]
    public async Task An_output_that_is_too_large_makes_a_dead_letter_of_its_input()
    {
        var topics = kafka.NewTopics("large");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 3);
        var stage = Stages.From((batch, _) => Task.FromResult<IReadOnlyList<Outcome>>(
            [.. batch.Inputs.Select(input => Outcome.Of(Stages.Follow(topics, input), Stages.Follow(topics, input, input.Value.EventId == "1" ? 1_100_000 : 16)))]));

        await using var service = TestService.Start(kafka, topics, "large", stage);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "large");

        Assert.Equal(["0", "0", "2", "2"], kafka.Read(topics.All.Enriched.Name, read => read.Count >= 4).Select(record => record.Header("event-id")));
        Assert.Equal("too_large", Assert.Single(kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 1)).Header("dlq-reason"));
    }

    [Fact]
    public async Task A_size_that_only_the_broker_refuses_is_found_out_record_by_record()
    {
        var topics = kafka.NewTopics("refused");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 3);
        // The first request carries all three records; the second attempt sends the suspects one by one, and the first of them is refused again.
        kafka.Broker.FailNext(EmbeddedBroker.Request.Produce, ErrorCode.MsgSizeTooLarge, times: 2);

        await using var service = TestService.Start(kafka, topics, "refused", Stages.PassOn(topics));
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "refused");

        var letter = Assert.Single(kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 1));
        Assert.Equal(("too_large", "0"), (letter.Header("dlq-reason"), letter.Header("__connect.errors.offset")));
        Assert.Equal(["1", "2"], kafka.Read(topics.All.Enriched.Name, read => read.Count >= 2).Select(record => record.Header("event-id")));
    }

    [Fact]
    public async Task What_passes_by_itself_is_tried_again_in_order_and_nothing_is_set_aside()
    {
        var topics = kafka.NewTopics("transient");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 300);
        var failures = 0;
        var stage = Stages.From((batch, _) =>
        {
            if (batch.Inputs.Any(input => input.Value.EventId == "150") && failures++ < 6) throw new TimeoutException("the database does not answer");
            return Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Inputs.Select(input => Outcome.Of(Stages.Follow(topics, input)))]);
        });

        await using var service = TestService.Start(kafka, topics, "transient", stage, "--Kafka:BatchRecords=50");
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "transient");

        Assert.Equal(Enumerable.Range(0, 300), kafka.Read(topics.All.Enriched.Name, read => read.Count >= 300).Select(record => int.Parse(record.Header("event-id"))));
        Assert.Equal(7, failures);
        Assert.All(await kafka.LagAsync(topics.All.Raw.DeadLetters, "transient"), lag => Assert.Equal(0, lag.High));
    }
}
