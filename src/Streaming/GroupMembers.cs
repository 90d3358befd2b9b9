using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Tells which member of a group holds which partition. The in-process broker does not know.</summary>
public sealed class GroupMembers(KafkaOptions options, ServiceName service)
{
    /// <summary>Who holds each partition, as <c>client id@host</c>; null when the brokers do not tell.</summary>
    /// <param name="group">Consumer group.</param>
    /// <param name="limit">How long the question may take.</param>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), string>?> AskAsync(string group, TimeSpan limit) => Task.Run<IReadOnlyDictionary<(string, int), string>?>(() =>
    {
        using var admin = new AdminClientBuilder(KafkaConfig.Admin(options, service.Value)).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        try
        {
            var holders = new Dictionary<(string, int), string>();
            if (admin.ListGroup(group, limit) is not { } known || known.Error.IsError) return null;
            foreach (var member in known.Members)
                foreach (var partition in Read(member.MemberAssignment))
                    holders[partition] = $"{member.ClientId}@{member.ClientHost.TrimStart('/')}";
            return holders;
        }
        catch (KafkaException)
        {
            return null;
        }
    });

    /// <summary>The partitions in a member's assignment, as the consumer protocol writes it: version, topics with their partitions, user data.</summary>
    /// <returns>None when it is something else.</returns>
    public static IReadOnlyList<(string Topic, int Partition)> Read(ReadOnlySpan<byte> assignment)
    {
        var partitions = new List<(string, int)>();
        try
        {
            var rest = assignment[sizeof(short)..];
            for (var topics = TakeNumber(ref rest); topics > 0; topics--)
            {
                var length = BinaryPrimitives.ReadInt16BigEndian(rest);
                var topic = Encoding.UTF8.GetString(rest.Slice(sizeof(short), length));
                rest = rest[(sizeof(short) + length)..];
                for (var count = TakeNumber(ref rest); count > 0; count--) partitions.Add((topic, TakeNumber(ref rest)));
            }
            return partitions;
        }
        catch (ArgumentOutOfRangeException)
        {
            return [];
        }
    }

    private static int TakeNumber(ref ReadOnlySpan<byte> rest)
    {
        var number = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[sizeof(int)..];
        return number;
    }
}
