using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

/// <summary>A service as a Program.cs would compose it: raw → stage → enriched.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task<int> running;

    private TestService(WebApplication app)
    {
        App = app;
        running = Task.Run(() => ServiceRunner.RunAsync(app, stop.Token));
    }

    public WebApplication App { get; }

    public Task<int> ExitCode => running;

    public LoopHealth Health => App.Services.GetRequiredService<LoopHealth>();

    public static TestService Start(KafkaFixture kafka, TestTopics topics, string group, IStage<RawEvent> stage, params string[] args) =>
        Start(kafka, topics, group, stage, _ => { }, args);

    public static TestService Start(KafkaFixture kafka, TestTopics topics, string group, IStage<RawEvent> stage, Action<ServiceBuilder> more, params string[] args) =>
        Start(kafka, topics, group, stage, all => all.Raw, more, args);

    /// <summary>Reads another topic than <c>raw</c>.</summary>
    public static TestService Start(KafkaFixture kafka, TestTopics topics, string group, IStage<RawEvent> stage, Func<Topics, Topic<RawEvent>> source) =>
        Start(kafka, topics, group, stage, source, _ => { });

    private static TestService Start(
        KafkaFixture kafka, TestTopics topics, string group, IStage<RawEvent> stage, Func<Topics, Topic<RawEvent>> source, Action<ServiceBuilder> more, params string[] args)
    {
        var builder = ServiceBuilder.Create("test",
        [
            $"--Kafka:BootstrapServers={kafka.Broker.BootstrapServers}",
            $"--SchemaRegistry:Url={kafka.Registry.Url}",
            $"--Topics:Prefix={topics.Prefix}",
            "--Http:Url=http://127.0.0.1:0",
            $"--Logging:LogLevel:Default={Environment.GetEnvironmentVariable("TEST_LOG") ?? "None"}",
            .. args,
        ]);
        var relay = stage is IOwnPositions own ? new OwnRelay(stage, own) : new Relay(stage);
        if (relay is OwnRelay ownRelay)
        {
            builder.Services.AddSingleton(ownRelay);
            builder.AddStage<RawEvent, OwnRelay>(source, group);
        }
        else
        {
            builder.Services.AddSingleton(relay);
            builder.AddStage<RawEvent, Relay>(source, group);
        }
        more(builder);
        return new TestService(builder.Build());
    }

    /// <summary>Asks the service to stop and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await stop.CancelAsync();
        return await running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    internal class Relay(IStage<RawEvent> stage) : IStage<RawEvent>
    {
        public Task<IReadOnlyList<Outcome>> RunAsync(Batch<RawEvent> batch, CancellationToken cancellation) => stage.RunAsync(batch, cancellation);
    }

    internal sealed class OwnRelay(IStage<RawEvent> stage, IOwnPositions own) : Relay(stage), IOwnPositions
    {
        public Task<IReadOnlyList<Position>> LoadAsync(IReadOnlyList<Position> partitions, CancellationToken cancellation) => own.LoadAsync(partitions, cancellation);

        public Task<bool> MoveBackAsync(IReadOnlyList<(Position Stored, long To)> moves, CancellationToken cancellation) => own.MoveBackAsync(moves, cancellation);
    }
}

/// <summary>Stages for tests.</summary>
internal static class Stages
{
    /// <summary>Passes each event on to <c>enriched</c> under its own id.</summary>
    public static FromFunction PassOn(TestTopics topics) => new((batch, _) => Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Inputs.Select(input => Outcome.Of(Follow(topics, input)))]));

    public static FromFunction From(Func<Batch<RawEvent>, CancellationToken, Task<IReadOnlyList<Outcome>>> run) => new(run);

    public static Output Follow(TestTopics topics, Input<RawEvent> input, int bytes = 16) =>
        new(topics.All.Enriched.Name, input.Key, new byte[bytes], input.Value.EventId, "whatsapp.test.v1", input.Value.BusinessId, DateTimeOffset.UnixEpoch);

    internal sealed class FromFunction(Func<Batch<RawEvent>, CancellationToken, Task<IReadOnlyList<Outcome>>> run) : IStage<RawEvent>
    {
        public Task<IReadOnlyList<Outcome>> RunAsync(Batch<RawEvent> batch, CancellationToken cancellation) => run(batch, cancellation);
    }
}
