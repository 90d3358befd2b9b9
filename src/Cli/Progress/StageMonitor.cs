using Pipeline.Cli.Services;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Progress;

/// <summary>Reads how far each service has got, from its consumer group's offsets in Kafka.</summary>
internal sealed class StageMonitor : IDisposable
{
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);
    private readonly Topics topics;
    private readonly DeadLetterReader deadLetters;
    private readonly IReadOnlyList<Stage> stages;

    /// <param name="bootstrapServers">Kafka's address.</param>
    /// <param name="topicPrefix">Goes before every topic name.</param>
    /// <param name="clock">For the rates.</param>
    public StageMonitor(string bootstrapServers, string topicPrefix, TimeProvider clock)
    {
        topics = new Topics(topicPrefix);
        var options = new KafkaOptions { BootstrapServers = bootstrapServers };
        var name = new ServiceName("pipeline");
        deadLetters = new DeadLetterReader(options, name);
        stages =
        [
            new(ServiceKind.Resolver.Name, topics.Raw.Name, new LagWatch(options, name, Topics.Groups.Resolver, clock), new SlidingRate(clock)),
            new(ServiceKind.ThreadLinker.Name, topics.Enriched.Name, new LagWatch(options, name, Topics.Groups.ThreadLinker, clock), new SlidingRate(clock)),
            new(ServiceKind.Sink.Name, topics.Linked.Name, new LagWatch(options, name, Topics.Groups.Sink, clock), new SlidingRate(clock)),
        ];
    }

    private sealed record Stage(string Name, string Topic, LagWatch Lags, SlidingRate Rate);

    /// <summary>
    /// The readers in the order of the pipeline, each asked after the one before it. So if all have lag 0, nothing was under way: what
    /// the first had finished was counted in the second's topic before the second was asked.
    /// </summary>
    /// <exception cref="PipelineException">Kafka does not answer.</exception>
    public async Task<IReadOnlyList<StageFigures>> ReadAsync(CancellationToken cancellation)
    {
        var figures = new List<StageFigures>(stages.Count);
        foreach (var stage in stages)
        {
            var partitions = await AnsweredAsync(() => stage.Lags.ReadAsync(stage.Topic, AskLimit, cancellation));
            var records = partitions.Sum(partition => partition.Committed ?? 0);
            figures.Add(new StageFigures(stage.Name, records, partitions.Sum(partition => partition.Lag), stage.Rate.Add(records)));
        }
        return figures;
    }

    /// <summary>What has been set aside, at any stage.</summary>
    /// <exception cref="PipelineException">Kafka does not answer.</exception>
    public async Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellation)
    {
        var letters = new List<DeadLetter>();
        foreach (var topic in topics.All) letters.AddRange(await AnsweredAsync(() => deadLetters.ReadAsync(topic.Name, AskLimit, cancellation)));
        return letters;
    }

    /// <summary>Must not be called while figures are being read.</summary>
    public void Dispose()
    {
        foreach (var stage in stages) stage.Lags.Dispose();
    }

    private static async Task<T> AnsweredAsync<T>(Func<Task<T>> askAsync)
    {
        try
        {
            return await askAsync();
        }
        catch (KafkaUnavailableException away)
        {
            throw new PipelineException(away.Message, "Is Kafka running, and is this its address?", inner: away);
        }
    }
}
