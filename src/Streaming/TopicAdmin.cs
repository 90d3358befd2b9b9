using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pipeline.Contracts;
using TopicDescription = Pipeline.Contracts.TopicDescription;

namespace Pipeline.Streaming;

/// <summary>Creates the topics of the pipeline on a real Kafka, each with its dead-letter topic.</summary>
public sealed class TopicAdmin(KafkaOptions options, ServiceName service)
{
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Creates what is missing; a topic that exists is left as it is. A dead-letter topic gets as many partitions as its topic, so
    /// that a key stays where it was.
    /// </summary>
    /// <param name="topics">Which, see <see cref="Topics.All"/>.</param>
    /// <param name="partitions">Partitions of each topic.</param>
    /// <param name="replication">Copies of each partition.</param>
    /// <param name="retention">How long records are kept where they are kept by time.</param>
    /// <returns>The names that were created.</returns>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer, or are the in-process broker, which creates topics on first use only.</exception>
    /// <exception cref="InvalidOperationException">The brokers refused a topic.</exception>
    public async Task<IReadOnlyList<string>> CreateAsync(IReadOnlyList<Contracts.TopicDescription> topics, int partitions, short replication, TimeSpan retention)
    {
        using var admin = new AdminClientBuilder(KafkaConfig.Admin(options, service.Value))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        var wanted = topics
            .SelectMany(topic => new[] { (topic.Name, topic.Compacted), (Name: topic.Name + Topics.DeadLetterSuffix, Compacted: false) })
            .Select(topic => new TopicSpecification
            {
                Name = topic.Name,
                NumPartitions = partitions,
                ReplicationFactor = replication,
                Configs = ConfigOf(topic.Compacted, retention),
            })
            .ToList();
        try
        {
            await admin.CreateTopicsAsync(wanted, new CreateTopicsOptions { RequestTimeout = RequestLimit, OperationTimeout = RequestLimit });
            return [.. wanted.Select(topic => topic.Name)];
        }
        catch (CreateTopicsException mixed)
        {
            var refused = mixed.Results.Where(result => result.Error.IsError && result.Error.Code != ErrorCode.TopicAlreadyExists).ToList();
            if (refused.Count > 0)
                throw new InvalidOperationException("Kafka refused to create " + string.Join("; ", refused.Select(result => $"'{result.Topic}': {result.Error.Reason}")), mixed);
            return [.. mixed.Results.Where(result => !result.Error.IsError).Select(result => result.Topic)];
        }
        catch (KafkaException silent)
        {
            throw new KafkaUnavailableException(
                $"Kafka did not answer the request to create topics ({silent.Error.Reason}). The in-process broker never does: it creates a topic when it is first named.", silent);
        }
    }

    /// <summary>Deletes topics; one that is not there is no fault.</summary>
    /// <exception cref="KafkaUnavailableException">The brokers did not answer; the in-process broker never does.</exception>
    /// <exception cref="InvalidOperationException">The brokers refused.</exception>
    public async Task DeleteAsync(IReadOnlyList<string> topics)
    {
        using var admin = new AdminClientBuilder(KafkaConfig.Admin(options, service.Value))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        try
        {
            await admin.DeleteTopicsAsync(topics, new DeleteTopicsOptions { RequestTimeout = RequestLimit, OperationTimeout = RequestLimit });
        }
        catch (DeleteTopicsException mixed)
        {
            var refused = mixed.Results.Where(result => result.Error.IsError && result.Error.Code != ErrorCode.UnknownTopicOrPart).ToList();
            if (refused.Count > 0)
                throw new InvalidOperationException("Kafka refused to delete " + string.Join("; ", refused.Select(result => $"'{result.Topic}': {result.Error.Reason}")), mixed);
        }
        catch (KafkaException silent)
        {
            throw new KafkaUnavailableException($"Kafka did not answer the request to delete topics ({silent.Error.Reason}).", silent);
        }
    }

    private static Dictionary<string, string> ConfigOf(bool compacted, TimeSpan retention) => compacted
        ? new() { ["cleanup.policy"] = "compact" }
        : new() { ["cleanup.policy"] = "delete", ["retention.ms"] = ((long)retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) };
}
