using System.Diagnostics.Metrics;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Sink;
using Pipeline.Streaming;
using Pipeline.ThreadLinker;

namespace Pipeline.Convergence.Tests;

/// <summary>
/// One ThreadLinker and one Sink behind it, as two processes would stand: the code of both services on a real database, and what the first
/// writes handed to the second. A fault that passes by itself is tried again, as the loop does; anything else is thrown.
/// </summary>
internal sealed class Writer(NpgsqlDataSource database, int partition)
{
    private readonly LinkConversations linker = new(
        new PeopleDirectory(database, new LeadOptions()), new LinkedRecords(new OutputTopic<LinkedEvent>(new Topics().Linked, value => value.ToByteArray())));

    private readonly StoreConversations sink = new(
        database, new SinkMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()));

    private long read;
    private long written;

    /// <summary>Faults that passed by themselves.</summary>
    public int Retries { get; private set; }

    /// <summary>Of these, the deadlocks that Postgres has resolved.</summary>
    public int Deadlocks { get; private set; }

    /// <summary>Takes one batch through both.</summary>
    public async Task RunAsync(IReadOnlyList<EnrichedEvent> events)
    {
        Input<EnrichedEvent>[] inputs = [.. events.Select(one => new Input<EnrichedEvent>(
            one, Topics.KeyOf(one.BusinessId), new Position("enriched", partition, read++), DateTimeOffset.UnixEpoch, null))];
        var outcomes = await UntilDoneAsync(() => linker.RunAsync(new Batch<EnrichedEvent>(inputs, [new Position("enriched", partition, read)]), default));
        if (outcomes.OfType<Outcome.Reject>().FirstOrDefault() is { } rejected) throw new InvalidOperationException(rejected.Detail);

        Input<LinkedEvent>[] linked = [.. outcomes.OfType<Outcome.Emit>().SelectMany(emit => emit.Records).Select(record => LinkedEvent.Parser.ParseFrom(record.Value))
            .Select(one => new Input<LinkedEvent>(one, Topics.KeyOf(one.BusinessId), new Position("linked", partition, written++), DateTimeOffset.UnixEpoch, null))];
        if (linked.Length == 0) return;
        var stored = await UntilDoneAsync(() => sink.RunAsync(new Batch<LinkedEvent>(linked, [new Position("linked", partition, written)]), default));
        if (stored.OfType<Outcome.Reject>().FirstOrDefault() is { } refused) throw new InvalidOperationException(refused.Detail);
    }

    private async Task<T> UntilDoneAsync<T>(Func<Task<T>> doAsync)
    {
        while (true)
        {
            try
            {
                return await doAsync();
            }
            catch (Exception fault) when (Transient.Is(fault))
            {
                Retries++;
                if (fault is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected }) Deadlocks++;
            }
        }
    }
}
