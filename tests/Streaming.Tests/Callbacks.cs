using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming.Tests;

public sealed class Callbacks(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task That_throw_lose_nothing()
    {
        var topics = kafka.NewTopics("callbacks");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 5000);
        var throwing = new ThrowingLogger();
        var passOn = Stages.PassOn(topics);
        var stage = Stages.From(async (batch, cancellation) =>
        {
            await Task.Delay(10, cancellation);
            return await passOn.RunAsync(batch, cancellation);
        });

        // Statistics every ten milliseconds: Confluent.Kafka drops the record of a poll during which a handler threw.
        await using var service = TestService.Start(
            kafka, topics, "callbacks", stage, builder =>
            {
                builder.Services.AddSingleton<ILoggerProvider>(throwing);
                builder.Services.AddLogging(logging => logging.AddFilter<ThrowingLogger>(null, LogLevel.Debug));
            },
            "--Kafka:Consumer:statistics_interval_ms=10", "--Kafka:BatchRecords=100");
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "callbacks");

        Assert.True(throwing.Thrown > 50, $"only {throwing.Thrown} callbacks threw");
        Assert.Equal(Enumerable.Range(0, 5000), kafka.Read(topics.All.Enriched.Name, read => read.Count >= 5000).Select(record => int.Parse(record.Header("event-id"))));
    }

    [Fact]
    public async Task Of_a_rebalance_that_fail_end_the_process_with_an_error()
    {
        var topics = kafka.NewTopics("assigned");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 1);
        var service = TestService.Start(kafka, topics, "assigned", new BrokenPositions());

        Assert.Equal(1, await service.ExitCode.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.All(await kafka.LagAsync(topics.All.Raw.Name, "assigned"), lag => Assert.Null(lag.Committed));
    }

    private sealed class BrokenPositions : IStage<Contracts.RawEvent>, IOwnPositions
    {
        public Task<IReadOnlyList<Position>> LoadAsync(IReadOnlyList<Position> partitions, CancellationToken cancellation) => throw new InvalidOperationException();

        public Task<bool> MoveBackAsync(IReadOnlyList<(Position Stored, long To)> moves, CancellationToken cancellation) => throw new InvalidOperationException("broken");

        public Task<IReadOnlyList<Outcome>> RunAsync(Batch<Contracts.RawEvent> batch, CancellationToken cancellation) => throw new InvalidOperationException();
    }

    /// <summary>Throws whenever the client's statistics are logged, which happens inside the client's callback.</summary>
    private sealed class ThrowingLogger : ILoggerProvider, ILogger
    {
        private int thrown;

        public int Thrown => thrown;

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != 43) return;
            Interlocked.Increment(ref thrown);
            throw new InvalidOperationException("the disk is full");
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
