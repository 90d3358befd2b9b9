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
    private readonly IReadOnlyList<ReadingStage> stages;

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
            Stage(ServiceKind.Resolver, (topics.Raw.Name, Topics.Groups.Resolver)),
            Stage(ServiceKind.ThreadLinker, (topics.Enriched.Name, Topics.Groups.ThreadLinker), (topics.Leads.Name, Topics.Groups.Leads)),
            Stage(ServiceKind.Sink, (topics.Linked.Name, Topics.Groups.Sink)),
        ];

        ReadingStage Stage(ServiceKind service, params ReadOnlySpan<(string Topic, string Group)> reads)
        {
            var inputs = new List<(string, LagWatch)>();
            foreach (var (topic, group) in reads) inputs.Add((topic, new LagWatch(options, name, group, clock)));
            return new ReadingStage(service.Name, inputs, new SlidingRate(clock));
        }
    }

    /// <summary>A service with the topics that it reads.</summary>
    private sealed record ReadingStage(string Name, IReadOnlyList<(string Topic, LagWatch Lags)> Inputs, SlidingRate Rate);

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
            var (records, lag) = (0L, 0L);
            foreach (var (topic, lags) in stage.Inputs)
            {
                var partitions = await AnsweredAsync(() => lags.ReadAsync(topic, AskLimit, cancellation));
                records += partitions.Sum(partition => partition.Committed ?? 0);
                lag += partitions.Sum(partition => partition.Lag);
            }
            figures.Add(new StageFigures(stage.Name, records, lag, stage.Rate.Add(records)));
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
        foreach (var (_, lags) in stages.SelectMany(stage => stage.Inputs)) lags.Dispose();
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
