using Npgsql;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.ThreadLinker;

/// <summary>
/// <c>enriched</c> → <c>linked</c>: finds the lead behind each event, merges leads that turn out to be one person, and gives every event
/// its conversation. One transaction a batch: lock and load, decide in memory in the order of the events, write, commit — and only then
/// answer, so nothing is announced that could still be undone.
/// </summary>
public sealed class LinkConversations(NpgsqlDataSource database, LinkedRecords records) : IStage<EnrichedEvent>
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Outcome>> RunAsync(Batch<EnrichedEvent> batch, CancellationToken cancellation)
    {
        var subjects = batch.Inputs.Select(input => EventSubject.Of(input.Value, input.Key)).ToArray();
        var decisions = await DecideAsync(subjects, cancellation);
        return [.. batch.Inputs.Zip(decisions, (input, decision) => records.Of(input.Value, decision))];
    }

    private async Task<LinkDecision[]> DecideAsync(EventSubject[] subjects, CancellationToken cancellation)
    {
        if (subjects.All(subject => subject is EventSubject.Unusable))
            return Array.ConvertAll(subjects, new IdentityDirectory().Decide);

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var directory = await new DirectoryReader(connection, transaction).LoadAsync(subjects, cancellation);
        var decisions = Array.ConvertAll(subjects, directory.Decide);
        if (directory.Changes.IsEmpty)
        {
            // Gives the lock back without waiting for the disk.
            await transaction.RollbackAsync(cancellation);
            return decisions;
        }
        await DirectoryWriter.WriteAsync(connection, transaction, directory.Changes, cancellation);
        await transaction.CommitAsync(cancellation);
        return decisions;
    }
}
