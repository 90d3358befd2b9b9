using Google.Protobuf;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Streaming;

/// <summary>Moves the records of one topic through a stage.</summary>
public sealed class StageLoop<TIn> : BackgroundService
    where TIn : class, IMessage<TIn>, new()
{
    private readonly LoopServices shared;

    internal StageLoop(InputTopic<TIn> input, IStage<TIn> stage, string group, LoopServices shared)
    {
        _ = input;
        _ = stage;
        _ = group;
        this.shared = shared;
        Health = new LoopHealth(shared.Time);
    }

    internal LoopHealth Health { get; }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => shared.StartUp.Done;
}
