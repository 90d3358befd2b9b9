using Npgsql;

namespace Pipeline.Healing;

/// <summary>How far a run has got.</summary>
/// <param name="Step">What it works on.</param>
/// <param name="Done">Rows taken care of.</param>
/// <param name="Total">Rows known of; can grow beside live traffic.</param>
public sealed record BackfillProgress(string Step, long Done, long Total);

/// <summary>
/// Heals a database in the older layout: leads and fake phones, canonical keys, duplicates, links, constraint. It keeps no position: every
/// pass reads what the rows say, decides what they should say (<see cref="Planner"/>), and writes the difference; passes go on until
/// nothing is left. So a run that was killed is continued by the next, and what live traffic adds meanwhile is taken along.
/// </summary>
/// <param name="database">Opened on the schema of the older tables.</param>
/// <param name="options">What to do.</param>
/// <param name="clock">For pauses.</param>
/// <param name="progress">Told how far it has got; may be null.</param>
public sealed class Backfill(NpgsqlDataSource database, BackfillOptions options, TimeProvider clock, Action<BackfillProgress>? progress = null)
{
    private const int MostPasses = 8;

    private readonly Transactions transactions = new(database, clock);
    private readonly Dictionary<string, (long Done, long Total)> steps = [];

    /// <summary>Makes the plan of every business and shows each; nothing is written.</summary>
    public async Task PlanAsync(Action<HealingPlan, BusinessFacts> show, CancellationToken cancellation)
    {
        var tables = await OlderTables.ReadAsync(database, options, cancellation);
        await using var reader = await FactsReader.OpenAsync(database, tables, options, cancellation);
        foreach (var business in await reader.BusinessesAsync(cancellation))
        {
            var facts = await reader.ReadAsync(business, cancellation);
            show(Planner.Plan(facts, options), facts);
        }
    }

    /// <summary>Does it.</summary>
    /// <exception cref="BackfillRunningException">Another one is at work.</exception>
    /// <exception cref="LayoutException">The tables cannot be healed.</exception>
    public async Task<BackfillReport> ExecuteAsync(CancellationToken cancellation)
    {
        await OlderTables.ReadAsync(database, options, cancellation);
        await using var running = await RunningLock.TakeAsync(database, options.Schema, clock, cancellation);
        await Bookkeeping.CreateAsync(database, cancellation);
        await StatedMappings.StoreAsync(database, options.Mappings, "file", cancellation);
        var schema = new SchemaChanges(database, transactions, options.Schema);
        var report = new BackfillReport();
        var wantsConstraint = !options.SkipMerge && !options.SkipBackfill;
        report.Added.AddRange(await schema.PrepareAsync(cancellation));

        for (var pass = 1; pass <= MostPasses && !(report.NothingLeft && (report.KeysAreUnique || !wantsConstraint)); pass++)
        {
            var (before, conversationsBefore) = (report.Changes, report.ConversationChanges);
            await PassAsync(report, cancellation);
            report.Passes = pass;
            report.NothingLeft = report.Changes == before;
            // Messages may go on coming in; what the constraint waits for is that the conversations stand still.
            if (wantsConstraint && report.ConversationChanges == conversationsBefore) report.KeysAreUnique = await schema.MakeKeysUniqueAsync(cancellation);
        }
        report.Retries = transactions.Retries;
        return report;
    }

    private async Task PassAsync(BackfillReport report, CancellationToken cancellation)
    {
        // Read again for each pass: the first one has added columns and tables, the last one the constraint.
        var tables = await OlderTables.ReadAsync(database, options, cancellation);
        await using var reader = await FactsReader.OpenAsync(database, tables, options, cancellation);
        var businesses = await reader.BusinessesAsync(cancellation);
        var counts = await reader.CountAsync(businesses, cancellation);
        if (report.Passes == 0)
        {
            Expect("leads", counts.Leads);
            Expect("conversations", counts.Conversations);
            Expect("messages", counts.Messages);
        }
        foreach (var business in businesses)
        {
            var facts = await reader.ReadAsync(business, cancellation);
            await HealAsync(business, facts, tables, report, cancellation);
        }
    }

    private async Task HealAsync(long business, BusinessFacts facts, OlderTables tables, BackfillReport report, CancellationToken cancellation)
    {
        var plan = Planner.Plan(facts, options);
        var (leadsBefore, conversationsBefore) = (steps["leads"].Done, steps["conversations"].Done);

        var leads = new LeadWrites(transactions, options.BatchSize);
        report.LeadsChanged += await leads.ChangeAsync(business, plan.Leads, rows => Advance("leads", rows), cancellation);
        report.IdentitiesMoved += await leads.MoveAsync(business, plan.Identities, cancellation);
        if (report.Passes == 0) Advance("leads", leadsBefore + facts.Leads.Count - steps["leads"].Done);

        var conversations = new ConversationWrites(transactions, options.BatchSize, tables.KeysAreUnique);
        report.ConversationsChanged += await conversations.ChangeAsync(business, plan.Conversations, rows => Advance("conversations", rows), cancellation);
        var merges = new MergeWrites(transactions, options.BatchSize);
        report.ConversationsMerged += await merges.MergeAsync(business, plan.Merges, _ => { }, cancellation);
        var absorbed = plan.Merges.SelectMany(merge => merge.Absorbed.Select(one => one.Id)).Concat(facts.Conversations.Where(one => one.MergedInto is not null).Select(one => one.Id)).ToHashSet();
        report.MessagesMoved += await merges.MoveMessagesAsync(business, absorbed, cancellation);
        IReadOnlyList<NewConversation> creations = tables.ObstaclesToNewConversations.Any() ? [] : plan.Creations;
        var made = await conversations.CreateAsync(business, creations, cancellation);
        report.ConversationsMade += made.Count;
        if (report.Passes == 0) Advance("conversations", conversationsBefore + facts.Conversations.Count - steps["conversations"].Done);

        var links = new MessageLinks(transactions, options.BatchSize, tables.Has("whatsapp_message", "from_number") ? "from_number" : "to_number");
        var (linked, aside) = await links.LinkAsync(business, plan.People, ConversationOf, rows => Advance("messages", rows), cancellation);
        report.MessagesLinked += linked;
        report.MessagesSetAside += aside;

        long? ConversationOf(Person person) =>
            made.TryGetValue(person, out var id) ? id : person.Conversations.Find(conversation => conversation.MergedInto is null)?.Id;
    }

    private void Expect(string step, long total)
    {
        steps[step] = (0, total);
        progress?.Invoke(new BackfillProgress(step, 0, total));
    }

    private void Advance(string step, long rows)
    {
        var (done, total) = steps[step];
        steps[step] = (done + rows, Math.Max(total, done + rows));
        progress?.Invoke(new BackfillProgress(step, steps[step].Done, steps[step].Total));
    }
}
