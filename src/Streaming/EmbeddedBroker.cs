using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>
/// librdkafka's own in-process Kafka broker. It speaks the real protocol on a loopback port, so other processes can connect too, and
/// the demo and the tests need no server. Nothing is kept on disk.
/// </summary>
/// <remarks>
/// By observation: a partition keeps about 5 MB or 100 000 records and silently drops what is older (<see cref="BacklogGate"/> exists
/// for that); a topic that is written to first and created later has 4 partitions; topics cannot be created by an admin request;
/// offsets cannot be looked up by time; aborted transactions stay visible.
/// </remarks>
public sealed class EmbeddedBroker : IDisposable
{
    /// <summary>Request numbers of the Kafka protocol, for <see cref="FailNext"/>.</summary>
    internal enum Request : short { Produce = 0, Fetch = 1, Metadata = 3, OffsetCommit = 8, OffsetFetch = 9, FindCoordinator = 10, JoinGroup = 11, Heartbeat = 12, EndTxn = 26 }

    private readonly IntPtr client;
    private readonly IntPtr cluster;
    private readonly int brokers;
    private int disposed;

    private EmbeddedBroker(IntPtr client, IntPtr cluster, int brokers, string bootstrap)
    {
        this.client = client;
        this.cluster = cluster;
        this.brokers = brokers;
        BootstrapServers = bootstrap;
    }

    /// <summary>Where clients connect, for <c>Kafka:BootstrapServers</c>.</summary>
    public string BootstrapServers { get; }

    /// <summary>Starts a cluster on free loopback ports.</summary>
    /// <param name="brokers">How many brokers, 1 to 10. One is enough for everything but moving leaders.</param>
    /// <exception cref="InvalidOperationException">librdkafka could not start it.</exception>
    public static unsafe EmbeddedBroker Start(int brokers = 1)
    {
        var configuration = LibRdKafka.NewConfiguration();
        var error = stackalloc byte[512];
        // The handle is only the cluster's owner and talks to nobody; without this it says on stderr that it has no servers.
        _ = LibRdKafka.Set(configuration, "log_level", "0", error, 512);
        var client = LibRdKafka.NewClient(0, configuration, error, 512);
        if (client == IntPtr.Zero)
        {
            LibRdKafka.DestroyConfiguration(configuration);
            throw new InvalidOperationException("The in-process broker did not start: " + Text(error));
        }

        var cluster = LibRdKafka.NewCluster(client, brokers);
        if (cluster == IntPtr.Zero)
        {
            LibRdKafka.DestroyClient(client);
            throw new InvalidOperationException("The in-process broker did not start: librdkafka made no cluster.");
        }
        return new EmbeddedBroker(client, cluster, brokers, Marshal.PtrToStringUTF8(LibRdKafka.BootstrapServers(cluster))!);
    }

    /// <summary>Creates a topic. To be called before any client has named the topic: the first mention creates it with 4 partitions.</summary>
    /// <exception cref="InvalidOperationException">The topic exists already, or the numbers are refused.</exception>
    public EmbeddedBroker CreateTopic(string topic, int partitions)
    {
        var result = (ErrorCode)LibRdKafka.CreateTopic(cluster, topic, partitions, replication: 1);
        if (result != ErrorCode.NoError)
            throw new InvalidOperationException($"The in-process broker did not create '{topic}' with {partitions} partitions: {result.GetReason()}");
        return this;
    }

    /// <summary>Stops the brokers; what they held is gone. Clients should be closed first.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        LibRdKafka.DestroyCluster(cluster);
        LibRdKafka.DestroyClient(client);
    }

    /// <summary>Answers the next <paramref name="times"/> requests of one kind with an error instead of doing them.</summary>
    internal unsafe void FailNext(Request request, ErrorCode error, int times = 1)
    {
        var errors = new int[times];
        Array.Fill(errors, (int)error);
        fixed (int* first = errors)
            LibRdKafka.PushRequestErrors(cluster, (short)request, (nuint)times, first);
    }

    /// <summary>Forgets the errors of <see cref="FailNext"/> that no request has met yet.</summary>
    internal void StopFailing(Request request) => LibRdKafka.ClearRequestErrors(cluster, (short)request);

    /// <summary>Cuts every connection and refuses new ones until <see cref="Up"/>.</summary>
    internal void Down()
    {
        for (var id = 1; id <= brokers; id++) _ = LibRdKafka.SetBrokerDown(cluster, id);
    }

    /// <summary>Accepts connections again.</summary>
    internal void Up()
    {
        for (var id = 1; id <= brokers; id++) _ = LibRdKafka.SetBrokerUp(cluster, id);
    }

    /// <summary>Delays every answer.</summary>
    internal void Delay(TimeSpan roundTrip)
    {
        for (var id = 1; id <= brokers; id++) _ = LibRdKafka.SetRoundTripTime(cluster, id, (int)roundTrip.TotalMilliseconds);
    }

    private static unsafe string Text(byte* error) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error));
}
