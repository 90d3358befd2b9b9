using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Lag;

/// <summary>Asks Kafka how far the groups of the product have come.</summary>
internal sealed class LagQuestions : IDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MembersWithin = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<(string Group, string Topic, LagWatch Lags)> readers;
    private readonly UnreadRecords unread;
    private readonly GroupMembers members;
    private readonly TimeProvider clock;
    private bool membersAreTold = true;

    /// <param name="kafka">Where Kafka is.</param>
    /// <param name="readers">Each group with the topic that it reads.</param>
    /// <param name="clock">What the age of a record is measured by.</param>
    public LagQuestions(KafkaOptions kafka, IEnumerable<(string Group, string Topic)> readers, TimeProvider clock)
    {
        var name = new ServiceName("pipeline");
        this.clock = clock;
        this.readers = [.. readers.Select(reader => (reader.Group, reader.Topic, new LagWatch(kafka, name, reader.Group, clock)))];
        unread = new UnreadRecords(kafka, name);
        members = new GroupMembers(kafka, name);
    }

    /// <summary>The groups of the product, each with the topic that it reads, in the order of the pipeline.</summary>
    public static IReadOnlyList<(string Group, string Topic)> ReadersOf(Topics topics) =>
    [
        (Topics.Groups.Resolver, topics.Raw.Name),
        (Topics.Groups.ThreadLinker, topics.Enriched.Name),
        (Topics.Groups.Leads, topics.Leads.Name),
        (Topics.Groups.Sink, topics.Linked.Name),
    ];

    /// <summary>Every partition of every group, in order.</summary>
    /// <exception cref="PipelineException">Kafka does not answer.</exception>
    public async Task<IReadOnlyList<GroupLag>> AskAsync(CancellationToken cancellation)
    {
        try
        {
            var answers = new List<GroupLag>();
            foreach (var (group, topic, lags) in readers)
            {
                var partitions = await lags.ReadAsync(topic, AnswerWithin, cancellation);
                var written = await unread.WrittenAtAsync(partitions, AnswerWithin, cancellation);
                var holders = membersAreTold ? await members.AskAsync(group, MembersWithin) : null;
                membersAreTold = holders is not null;
                var now = clock.GetUtcNow();
                answers.AddRange(partitions.Select(lag => new GroupLag(
                    group, topic, lag.Partition, lag.Committed, lag.High, lag.Lag, SecondsOf(lag, written, now), holders?.GetValueOrDefault((topic, lag.Partition)))));
            }
            return answers;
        }
        catch (KafkaUnavailableException away)
        {
            throw new PipelineException(away.Message, "Is Kafka running, and does --bootstrap-servers (Kafka__BootstrapServers) name it? Under ./pipeline up it is found by itself.", inner: away);
        }
    }

    /// <summary>Must not be called while a question is under way.</summary>
    public void Dispose()
    {
        foreach (var (_, _, lags) in readers) lags.Dispose();
        unread.Dispose();
    }

    private static double? SecondsOf(PartitionLag lag, IReadOnlyDictionary<(string, int), DateTimeOffset> written, DateTimeOffset now) =>
        lag.Lag == 0 ? 0 : written.TryGetValue((lag.Topic, lag.Partition), out var at) ? Math.Max(0, (now - at).TotalSeconds) : null;
}
