using Npgsql;

namespace Pipeline.Healing.Adopting;

/// <summary>
/// Carries a healed older layout into the product's own schema: leads with their ids, addresses, conversations and messages, so that live
/// traffic goes on in the same conversations. It keeps no position: what is there already is found again by the CRM's ids and the
/// addresses, so a run that was killed is continued by the next one, and one with nothing left to do changes nothing.
/// </summary>
/// <param name="database">Opened on the schema of the older tables; the product's is in the same database.</param>
/// <param name="options">What to do.</param>
/// <param name="clock">For pauses.</param>
/// <param name="progress">Told how far it has got; may be null.</param>
public sealed class Adoption(NpgsqlDataSource database, AdoptionOptions options, TimeProvider clock, Action<BackfillProgress>? progress = null)
{
    private readonly Transactions transactions = new(database, clock);
    private readonly DirectoryTables directory = new(options.Tables.ProductSchema);
    private readonly Dictionary<string, (long Done, long Total)> steps = new() { ["people"] = default, ["messages"] = default };

    /// <summary>Decides everything and counts; nothing is written.</summary>
    /// <exception cref="LayoutException">There is nothing that could be adopted.</exception>
    public Task<AdoptionReport> PlanAsync(CancellationToken cancellation) => RunAsync(execute: false, cancellation);

    /// <summary>Does it.</summary>
    /// <exception cref="LayoutException">There is nothing that could be adopted.</exception>
    /// <exception cref="BackfillRunningException">The older tables are being healed, or adopted by another run.</exception>
    public async Task<AdoptionReport> ExecuteAsync(CancellationToken cancellation)
    {
        await using var running = await RunningLock.TakeAsync(database, options.Tables.Schema, clock, cancellation);
        return await RunAsync(execute: true, cancellation);
    }

    private async Task<AdoptionReport> RunAsync(bool execute, CancellationToken cancellation)
    {
        var tables = await OlderTables.ReadAsync(database, options.Tables, cancellation);
        await CheckAsync(tables, cancellation);
        var report = new AdoptionReport();
        await using var reader = await FactsReader.OpenAsync(database, tables, options.Tables, cancellation);
        var oldPeople = new OldPeople(database, tables);
        foreach (var business in await reader.BusinessesAsync(cancellation))
        {
            var facts = await reader.ReadAsync(business, cancellation);
            var people = People.Of(facts, options.Tables.Region);
            var persons = await oldPeople.OfAsync(facts, people, cancellation);
            var keys = await AdoptPeopleAsync(business, persons, execute, report, cancellation);
            var counts = await CountAsync(business, cancellation);
            report.MessagesUnlinked += counts.Unlinked;
            if (!execute)
            {
                report.Messages += counts.Linked;
                continue;
            }
            Tell("messages", 0, counts.Linked);
            await new MessageAdoption(transactions, tables, options.Tables).RunAsync(business, people, keys, report, read => Tell("messages", read), cancellation);
        }
        report.Retries = transactions.Retries;
        return report;
    }

    // The key of the product's conversation for each conversation of the older layout.
    private async Task<Dictionary<long, string>> AdoptPeopleAsync(long business, IReadOnlyList<OldPerson> persons, bool execute, AdoptionReport report, CancellationToken cancellation)
    {
        var keys = new Dictionary<long, string>();
        var above = persons.SelectMany(person => person.LeadIds).DefaultIfEmpty(0).Max();
        var planned = new AdoptingDirectory(business, options.AutoLeads);
        Tell("people", 0, persons.Count);
        foreach (var some in persons.Chunk(options.Tables.BatchSize))
        {
            var (found, counted) = await (execute
                ? transactions.RunAsync(connection => BatchAsync(connection, business, some, new AdoptingDirectory(business, options.AutoLeads), above, isExecuted: true, cancellation), cancellation)
                : PlanBatchAsync(business, some, planned, above, cancellation));
            report.Add(counted);
            foreach (var (person, key) in found)
                foreach (var id in person.ConversationIds) keys[id] = key;
            Tell("people", some.Length);
        }
        return keys;
    }

    private async Task<(List<(OldPerson, string)> Keys, AdoptionReport Report)> PlanBatchAsync(long business, OldPerson[] some, AdoptingDirectory planned, long above, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await BatchAsync(connection, business, some, planned, above, isExecuted: false, cancellation);
    }

    private async Task<(List<(OldPerson, string)> Keys, AdoptionReport Report)> BatchAsync(
        NpgsqlConnection connection, long business, OldPerson[] some, AdoptingDirectory decisions, long above, bool isExecuted, CancellationToken cancellation)
    {
        var next = isExecuted ? await directory.LockAsync(connection, business, above, cancellation) : await directory.NextAsync(connection, business, cancellation);
        decisions.AddNext(Math.Max(next, above + 1));
        await directory.LoadAsync(connection, business, some, decisions, cancellation);
        var report = new AdoptionReport();
        var keys = new List<(OldPerson, string)>();
        foreach (var person in some)
            if (decisions.Decide(person, report) is { } key) keys.Add((person, key));
        var changes = decisions.TakeChanges();
        report.Add(changes);
        if (isExecuted && !changes.IsEmpty) await directory.WriteAsync(connection, business, changes, decisions.Next, cancellation);
        return (keys, report);
    }

    // One business after the other: what there is to do becomes known with each.
    private void Tell(string step, long done, long more = 0)
    {
        var (before, total) = steps[step];
        steps[step] = (before + done, total + more);
        progress?.Invoke(new BackfillProgress(step, before + done, total + more));
    }

    private async Task CheckAsync(OlderTables tables, CancellationToken cancellation)
    {
        if (!tables.HasBookkeeping || !tables.Has("whatsapp_message", "conversation_id"))
            throw new LayoutException("These tables have not been healed yet.", "Run ./pipeline backfill --execute first; what is adopted is what it has put together.");
        if (!tables.Has("whatsapp_message", "message_id"))
            throw new LayoutException("Without the column whatsapp_message.message_id nothing tells whether live traffic has stored a message already.", "Add it and fill it with the ids that WhatsApp gave.");
        await using var command = database.CreateCommand("SELECT to_regclass(quote_ident($1) || '.stated_pair') IS NOT NULL");
        command.Parameters.AddWithValue(options.Tables.ProductSchema);
        if (await command.ExecuteScalarAsync(cancellation) is not true)
            throw new LayoutException($"The product's tables are not in the schema '{options.Tables.ProductSchema}' of this database.", "Run ./pipeline migrate on this database first, or name the schema with --product-schema.");
    }

    private async Task<(long Linked, long Unlinked)> CountAsync(long business, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT count(conversation_id), count(*) - count(conversation_id) FROM whatsapp_message WHERE business_id = $1");
        command.Parameters.Add(Rows.Of(business));
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (row.GetInt64(0), row.GetInt64(1));
    }
}
