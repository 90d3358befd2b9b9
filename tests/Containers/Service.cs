using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Containers;

/// <summary>A service as a Program.cs composes it: raw → stage → enriched, every event under its own id.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();

    private Service(WebApplication app) => Running = Task.Run(() => ServiceRunner.RunAsync(app, stop.Token));

    /// <summary>Ends with the service's exit code.</summary>
    public Task<int> Running { get; }

    /// <summary>Starts a copy.</summary>
    /// <param name="kafka">Where.</param>
    /// <param name="topics">From where to where.</param>
    /// <param name="settings">More settings, <c>--Section:Key=value</c>.</param>
    public static Service Start(KafkaContainers kafka, Topics topics, params string[] settings)
    {
        var builder = ServiceBuilder.Create("test",
        [
            $"--Kafka:BootstrapServers={kafka.BootstrapServers}",
            $"--SchemaRegistry:Url={kafka.RegistryUrl}",
            $"--Topics:Prefix={topics.Raw.Name[..topics.Raw.Name.IndexOf('.', StringComparison.Ordinal)]}.",
            "--Http:Url=http://127.0.0.1:0",
            // The containers of a remote Docker are on another machine.
            "--Security:AllowPlaintext=true",
            "--Logging:LogLevel:Default=None",
            .. settings,
        ]);
        builder.Services.AddSingleton(new PassOn(topics));
        builder.AddStage<RawEvent, PassOn>(all => all.Raw, Topics.Groups.Resolver);
        return new Service(builder.Build());
    }

    /// <summary>Ends it in order.</summary>
    public async Task<int> StopAsync()
    {
        await stop.CancelAsync();
        return await Running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private sealed class PassOn(Topics topics) : IStage<RawEvent>
    {
        public Task<IReadOnlyList<Outcome>> RunAsync(Batch<RawEvent> batch, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Inputs.Select(input => Outcome.Of(
                new Output(topics.Enriched.Name, input.Key, [0], input.Value.EventId, "whatsapp.test.v1", input.Value.BusinessId, DateTimeOffset.UnixEpoch)))]);
    }
}
