using Confluent.Kafka;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class OwnPositions(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task Are_where_reading_starts_whatever_the_group_has_committed()
    {
        var topics = kafka.NewTopics("own");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 100);
        var partition = Murmur2.PartitionOf("1", 4);
        var store = new Store();
        store.Next[partition] = 60;

        await using var service = TestService.Start(kafka, topics, "own", store);
        await Eventually.True(() => store.Next[partition] == 100, "all is stored");

        Assert.Equal(Enumerable.Range(60, 40), store.Stored);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "own");
    }

    [Fact]
    public async Task Start_at_the_beginning_where_nothing_was_stored_even_if_the_group_has_committed()
    {
        var topics = kafka.NewTopics("wiped");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 100);
        await using (TestService.Start(kafka, topics, "wiped", new Store()))
            await kafka.CaughtUpAsync(topics.All.Raw.Name, "wiped");

        var store = new Store();
        await using var service = TestService.Start(kafka, topics, "wiped", store);
        await Eventually.True(() => store.Stored.Count == 100, "all is stored again");
        Assert.Equal(Enumerable.Range(0, 100), store.Stored);
    }

    [Fact]
    public async Task Follow_a_group_that_was_set_back_in_Kafka()
    {
        var topics = kafka.NewTopics("setback");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 100);
        var partition = Murmur2.PartitionOf("1", 4);
        var store = new Store();
        await using (TestService.Start(kafka, topics, "setback", new Store()))
            await kafka.CaughtUpAsync(topics.All.Raw.Name, "setback");
        // The group stands at 100 in Kafka; what is stored says that twenty more were read since then.
        kafka.ProduceRaw(topics, business: 1, from: 100, count: 20);
        store.Next[partition] = 120;

        await using var service = TestService.Start(kafka, topics, "setback", store);
        await Eventually.True(() => store.Stored.Count == 20, "what lies between has been read again");

        Assert.Equal(Enumerable.Range(100, 20), store.Stored);
        Assert.Equal((120, 0), (store.Next[partition], store.Conflicts));
    }

    [Fact]
    public async Task Are_never_skipped_because_the_group_was_set_forward_in_Kafka()
    {
        var topics = kafka.NewTopics("forward");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 100);
        var partition = Murmur2.PartitionOf("1", 4);
        await using (TestService.Start(kafka, topics, "forward", new Store()))
            await kafka.CaughtUpAsync(topics.All.Raw.Name, "forward");
        var store = new Store();
        store.Next[partition] = 30;

        await using var service = TestService.Start(kafka, topics, "forward", store);
        await Eventually.True(() => store.Next[partition] == 100, "all is stored");

        Assert.Equal(Enumerable.Range(30, 70), store.Stored);
    }

    [Fact]
    public async Task Are_mirrored_to_Kafka_as_soon_as_they_are_taken_up()
    {
        var topics = kafka.NewTopics("mirror");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 100);
        var store = new Store();
        store.Next[Murmur2.PartitionOf("1", 4)] = 100;

        // Nothing is there to be stored, and yet a dashboard must not show a hundred records as unread.
        await using var service = TestService.Start(kafka, topics, "mirror", store);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "mirror");
        Assert.Empty(store.Stored);
    }

    [Fact]
    public async Task Are_loaded_again_when_they_are_not_the_expected_ones()
    {
        var topics = kafka.NewTopics("conflict");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 1000);
        var partition = Murmur2.PartitionOf("1", 4);
        var store = new Store();
        // While the third batch is about to be stored, another process stores up to 500.
        store.BeforeBatch = number =>
        {
            if (number == 3) store.Next[partition] = 500;
        };

        await using var service = TestService.Start(kafka, topics, "conflict", store, "--Kafka:BatchRecords=100");
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "conflict");

        Assert.Equal(1, store.Conflicts);
        Assert.Equal(Enumerable.Range(0, 200).Concat(Enumerable.Range(500, 500)), store.Stored);
        Assert.Equal(1000, store.Next[partition]);
    }

    [Fact]
    public async Task Are_never_stored_behind_a_record_that_is_not_yet_a_dead_letter()
    {
        var topics = kafka.NewTopics("aside");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        kafka.Produce(topics.All.Raw.Name, "1", "broken"u8.ToArray());
        kafka.ProduceRaw(topics, business: 1, from: 11, count: 10);
        var store = new Store { Rejects = "5", Breaks = "15" };
        var partition = Murmur2.PartitionOf("1", 4);
        kafka.Broker.FailNext(EmbeddedBroker.Request.Produce, ErrorCode.NotEnoughReplicas, times: 10);

        await using var service = TestService.Start(kafka, topics, "aside", store);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "aside");

        Assert.Equal(21, store.Next[partition]);
        Assert.Equal(Enumerable.Range(0, 21).Except([5, 10, 15]), store.Stored);
        Assert.Equal(["10", "15", "5"], kafka.Read(topics.All.Raw.DeadLetters, read => read.Count >= 3).Select(letter => letter.Header("__connect.errors.offset")).Order());
        Assert.Equal(0, store.Conflicts);
    }

    [Fact]
    public async Task Forbid_writing_records()
    {
        var topics = kafka.NewTopics("emitting");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 1);
        await using var service = TestService.Start(kafka, topics, "emitting", new Store { Emits = Stages.PassOn(topics) });
        Assert.Equal(1, await service.ExitCode.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>What the Sink does in one database transaction: values and positions, with a comparison of the expected position.</summary>
    private sealed class Store : IStage<RawEvent>, IOwnPositions
    {
        private readonly Dictionary<int, long> expected = [];
        private int batches;

        public Dictionary<int, long> Next { get; } = [];

        public List<int> Stored { get; } = [];

        public int Conflicts { get; private set; }

        public Action<int> BeforeBatch { get; set; } = _ => { };

        public string Rejects { get; init; } = "";

        public string Breaks { get; init; } = "";

        public Stages.FromFunction? Emits { get; init; }

        public Task<IReadOnlyList<Position>> LoadAsync(IReadOnlyList<Position> partitions, CancellationToken cancellation)
        {
            lock (Next)
            {
                expected.Clear();
                foreach (var partition in partitions.Where(one => Next.ContainsKey(one.Partition))) expected[partition.Partition] = Next[partition.Partition];
                return Task.FromResult<IReadOnlyList<Position>>([.. expected.Select(one => partitions.First(partition => partition.Partition == one.Key) with { Offset = one.Value })]);
            }
        }

        public Task<bool> MoveBackAsync(IReadOnlyList<(Position Stored, long To)> moves, CancellationToken cancellation)
        {
            lock (Next)
            {
                if (moves.Any(move => Next.GetValueOrDefault(move.Stored.Partition) != move.Stored.Offset)) return Task.FromResult(false);
                foreach (var (stored, to) in moves) Next[stored.Partition] = to;
                return Task.FromResult(true);
            }
        }

        public Task<IReadOnlyList<Outcome>> RunAsync(Batch<RawEvent> batch, CancellationToken cancellation)
        {
            if (Emits is not null) return Emits.RunAsync(batch, cancellation);
            lock (Next)
            {
                BeforeBatch(++batches);
                if (batch.Inputs.Any(input => input.Value.EventId == Breaks)) throw new InvalidOperationException();
                if (batch.Inputs.Any(input => input.Value.EventId == Rejects))
                    return Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Inputs.Select(input => input.Value.EventId == Rejects ? new Outcome.Reject("refused", "Not wanted.") : Outcome.Done)]);
                foreach (var next in batch.Next)
                    if (Next.GetValueOrDefault(next.Partition) != expected.GetValueOrDefault(next.Partition))
                    {
                        Conflicts++;
                        throw new PositionConflictException("Somebody else has moved on.");
                    }
                foreach (var next in batch.Next) Next[next.Partition] = expected[next.Partition] = next.Offset;
                Stored.AddRange(batch.Inputs.Select(input => int.Parse(input.Value.EventId)));
                return Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Inputs.Select(_ => Outcome.Done)]);
            }
        }
    }
}
