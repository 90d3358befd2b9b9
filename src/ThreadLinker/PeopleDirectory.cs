using Npgsql;

namespace Pipeline.ThreadLinker;

/// <summary>
/// Decides about events on what is stored, one transaction a batch: lock and load, decide in memory in the order of the events, write,
/// commit — and only then answer, so nothing is announced that could still be undone. Used by every stage that says something about people;
/// the rows of <c>business</c> put them in one line.
/// </summary>
/// <param name="database">Where people are stored.</param>
/// <param name="options">Who becomes a lead.</param>
/// <param name="metrics">Told of what was written; null where nobody counts.</param>
public sealed class PeopleDirectory(NpgsqlDataSource database, LeadOptions options, LinkerMetrics? metrics = null)
{
    private readonly StatedPairMemory memory = new();
    private readonly PersonSplitter splitter = new(database, options);

    /// <summary>One decision for each event, in order.</summary>
    public async Task<LinkDecision[]> DecideAsync(EventSubject[] subjects, CancellationToken cancellation)
    {
        var decisions = new List<LinkDecision>(subjects.Length);
        for (var from = 0; from < subjects.Length;)
        {
            if (subjects[from] is EventSubject.Denial denial)
            {
                decisions.Add(await DecideAsync(denial, cancellation));
                from++;
                continue;
            }
            // A denial looks at everything that is stored of a person, so what comes before it is stored first.
            var to = Array.FindIndex(subjects, from, subject => subject is EventSubject.Denial);
            if (to < 0) to = subjects.Length;
            decisions.AddRange(await DecideTogetherAsync(subjects[from..to], cancellation));
            from = to;
        }
        return [.. decisions];
    }

    private async Task<LinkDecision> DecideAsync(EventSubject.Denial denial, CancellationToken cancellation)
    {
        var (splits, again) = await splitter.SplitAsync(denial, cancellation);
        metrics?.CountSplits(splits.Count);
        // Taken back: what was stated of the pair holds again.
        return again is { } mapping ? (await DecideTogetherAsync([mapping], cancellation))[0] : new LinkDecision.Noted("denial", splits);
    }

    private async Task<LinkDecision[]> DecideTogetherAsync(EventSubject[] subjects, CancellationToken cancellation)
    {
        if (Array.TrueForAll(subjects, subject => subject is EventSubject.Unusable))
            return Array.ConvertAll(subjects, new IdentityDirectory(options).Decide);

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var directory = await new DirectoryReader(connection, transaction, options, memory).LoadAsync(subjects, cancellation);
        var decisions = Array.ConvertAll(subjects, directory.Decide);
        if (directory.Changes.IsEmpty)
        {
            // Gives the lock back without waiting for the disk.
            await transaction.RollbackAsync(cancellation);
            return decisions;
        }
        await DirectoryWriter.WriteAsync(connection, transaction, directory.Changes, cancellation);
        await transaction.CommitAsync(cancellation);
        memory.Add(directory.Changes);
        metrics?.Count(directory.Changes);
        return decisions;
    }
}
