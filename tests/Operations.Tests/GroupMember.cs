using Confluent.Kafka;
using Pipeline.Streaming;

namespace Pipeline.Operations.Tests;

/// <summary>Somebody who reads with a group.</summary>
internal sealed class GroupMember : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly TaskCompletionSource assigned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IConsumer<byte[], byte[]> consumer;
    private readonly Task reading;

    private GroupMember(EmbeddedBroker broker, string group, string topic)
    {
        consumer = new ConsumerBuilder<byte[], byte[]>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = broker.BootstrapServers,
            ["group.id"] = group,
            ["enable.auto.commit"] = "false",
            ["session.timeout.ms"] = "6000",
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(topic);
        reading = Task.Run(() =>
        {
            while (!ending.IsCancellationRequested)
            {
                consumer.Consume(TimeSpan.FromMilliseconds(50));
                if (consumer.Assignment.Count > 0) assigned.TrySetResult();
            }
            consumer.Close();
        });
    }

    /// <summary>Joins and waits for partitions.</summary>
    public static async Task<GroupMember> JoinAsync(EmbeddedBroker broker, string group, string topic)
    {
        var member = new GroupMember(broker, group, topic);
        await member.assigned.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return member;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await reading;
        consumer.Dispose();
        ending.Dispose();
    }
}
