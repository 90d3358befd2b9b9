using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Asks whether anybody reads with a group.</summary>
public sealed class GroupActivity(KafkaOptions options, ServiceName service)
{
    /// <summary>The group's state; null when the brokers cannot describe groups, as the in-process broker cannot.</summary>
    /// <param name="group">Consumer group.</param>
    /// <param name="limit">How long the brokers may take.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer.</exception>
    public Task<GroupState?> AskAsync(string group, TimeSpan limit, CancellationToken cancellation) => Task.Run(
        () =>
        {
            using var admin = new AdminClientBuilder(KafkaConfig.Admin(options, service.Value))
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, _) => { })
                .Build();
            try
            {
                // A group that nobody has heard of is not listed at all.
                return new GroupState(admin.ListGroup(group, limit) is { State: { Length: > 0 } state } ? state : "Dead");
            }
            catch (KafkaException cannot) when (cannot.Error.Code is ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion)
            {
                return null;
            }
            catch (KafkaException fault)
            {
                throw new KafkaUnavailableException($"Kafka did not tell whether anybody reads with '{group}': {fault.Error.Reason}", fault);
            }
        },
        cancellation);
}
