using Npgsql;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Sink;

/// <summary>
/// <c>linked</c> → Postgres: stores messages, what happened to them, and the roll-ups of their conversations. One transaction a batch,
/// together with the positions it stands for, so the effect is exactly once however often a batch is delivered and by whomever.
/// </summary>
/// <remarks>
/// A batch in which something is rejected has no effect at all: the loop makes the dead letters durable first and then comes back with
/// what is left, so the stored position never lies behind a record that is nowhere.
/// </remarks>
public sealed class StoreConversations(NpgsqlDataSource database, SinkMetrics metrics) : IStage<LinkedEvent>, IOwnPositions
{
    private readonly SinkPositions positions = new();

    /// <inheritdoc/>
    public Task<IReadOnlyList<Position>> LoadAsync(IReadOnlyList<Position> partitions, CancellationToken cancellation) =>
        positions.LoadAsync(database, partitions, cancellation);

    /// <inheritdoc/>
    public Task<bool> MoveBackAsync(IReadOnlyList<(Position Stored, long To)> moves, CancellationToken cancellation) =>
        SinkPositions.MoveBackAsync(database, moves, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Outcome>> RunAsync(Batch<LinkedEvent> batch, CancellationToken cancellation)
    {
        SinkEntry[] entries = [.. batch.Inputs.Select(input => SinkEntry.Of(input.Value, input.Key))];
        string[] eventIds = [.. batch.Inputs.Select(input => input.Value.EventId)];
        if (Array.Exists(entries, entry => entry is SinkEntry.Unusable)) return SinkOutcomes.OfRejected(entries, eventIds);

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var homes = await MoveAndResolveAsync(connection, transaction, batch.Next, entries, cancellation);
        entries = await ConversationReader.AtHomeAsync(connection, transaction, entries, homes, cancellation);
        if (Array.Exists(entries, entry => entry is SinkEntry.Unusable))
        {
            await transaction.RollbackAsync(cancellation);
            return SinkOutcomes.OfRejected(entries, eventIds);
        }

        var rows = new SinkBatch(entries);
        await ConversationReader.FindStoredAuthorsAsync(connection, transaction, rows, cancellation);
        var (isNew, folded, completed) = await StoreAsync(connection, transaction, rows, cancellation);
        await transaction.CommitAsync(cancellation);
        metrics.CountFolded(folded);
        metrics.CountCompleted(completed);
        positions.Expect(batch.Next);
        var outcomes = rows.Outcomes(isNew);
        metrics.CountStored(batch.Inputs, outcomes);
        return outcomes;
    }

    /// <summary>Takes the positions first: a process that has lost its partition stops here, before it has touched a row.</summary>
    /// <exception cref="PositionConflictException">A position is not the expected one.</exception>
    private async Task<Dictionary<(long BusinessId, long ConversationId), Home>> MoveAndResolveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Position> next, SinkEntry[] entries, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        var haveMoved = positions.AddMove(batch, next);
        ConversationReader.AddHomes(batch, entries.Select(entry => entry.Conversation).ToHashSet());
        Dictionary<(long, long), Home> homes;
        await using (var rows = await batch.ExecuteReaderAsync(cancellation))
            homes = await ConversationReader.ReadHomesAsync(rows, cancellation);

        if (haveMoved()) return homes;
        await transaction.RollbackAsync(cancellation);
        throw new PositionConflictException("A stored position is not the one this process left: another process has moved on.");
    }

    /// <returns>For each message row, whether it is new; how many stored rows were given up as copies; how many got a phone that was learned after them.</returns>
    private static async Task<(bool[] IsNew, long Folded, long Completed)> StoreAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, SinkBatch rows, CancellationToken cancellation)
    {
        var (apart, foldedApart) = await ConversationSplitter.SplitAsync(connection, transaction, rows.Splits, cancellation);
        var (stored, folded) = await InsertAsync(connection, transaction, rows, cancellation);
        bool[] isNew = [.. rows.Messages.Select(row => stored.Contains(row.EventId))];

        MessageRow[] copies = [.. rows.Messages.Where((_, at) => !isNew[at])];
        var recount = copies.Length > 0 ? await MessageWriter.ImproveAsync(connection, transaction, copies, cancellation) : [];
        foreach (var (absorbed, survivor) in rows.Moves) recount.UnionWith([absorbed, survivor]);
        recount.UnionWith(apart);

        await using var batch = new NpgsqlBatch(connection, transaction);
        UpdateWriter.AddFate(batch, rows, apart);
        RollUps.Add(batch, rows.Messages.Where((_, at) => isNew[at]), recount);
        var completed = await LatePhones.AddAsync(connection, transaction, batch, rows, cancellation);
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellation);
        return (isNew, folded + foldedApart, completed);
    }

    private static async Task<(HashSet<Guid> Stored, long Folded)> InsertAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, SinkBatch rows, CancellationToken cancellation)
    {
        if (rows.Moves.Count > 0) await ConversationMover.LockAsync(connection, transaction, rows.Moves.Keys.Concat(rows.Moves.Values), cancellation);
        await using var batch = new NpgsqlBatch(connection, transaction);
        var givingUp = ConversationMover.Add(batch, rows.Moves);
        if (rows.Updates.Count > 0) UpdateWriter.AddNew(batch, rows.Updates);
        if (rows.Messages.Count > 0) MessageWriter.AddNew(batch, rows.Messages);

        var stored = new HashSet<Guid>(rows.Messages.Count);
        if (batch.BatchCommands.Count == 0) return (stored, 0);
        await using (var answers = await batch.ExecuteReaderAsync(cancellation))
            while (await answers.ReadAsync(cancellation)) stored.Add(answers.GetGuid(0));
        return (stored, givingUp.Sum(statement => (long)statement.RecordsAffected));
    }
}
