using System.Data;
using System.Globalization;
using Npgsql;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Rebuilding;

/// <summary>Says what a promotion of a rebuild would change.</summary>
internal sealed class DiffRun(Terminal terminal, TimeProvider clock)
{
    /// <summary>What to say.</summary>
    /// <param name="Name">The rebuild's name.</param>
    /// <param name="Business">Only this one; null for all.</param>
    /// <param name="Examples">How many of each kind are named, for each business.</param>
    /// <param name="Json">One object instead of text.</param>
    /// <param name="InFull">Phones, LIDs and names are shown.</param>
    public sealed record Request(string Name, long? Business, int Examples, bool Json, bool InFull);

    /// <summary>Compares and tells.</summary>
    /// <returns>0 when all is the same, 1 when something differs.</returns>
    public async Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken ending)
    {
        var places = tools.PlacesOf(request.Name);
        await using var database = tools.OpenDatabase();
        await LiveTables.RequireRebuildAsync(tools, database, places, terminal, ending);
        using var live = Reading.OfLive(tools.Kafka, places, database, clock);
        using var rebuilt = Reading.OfRebuild(tools.Kafka, places, database, clock);
        var begun = clock.GetTimestamp();
        var (liveRaw, rebuiltRaw) = (await live.RawAsync(ending), await rebuilt.RawAsync(ending));

        await using var connection = await database.OpenConnectionAsync(ending);
        // Both sides as they are at one moment.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ending);
        var found = await new Comparison(connection, transaction, places).RunAsync(request.Business, request.Examples, liveRaw, rebuiltRaw, ending);
        await transaction.RollbackAsync(ending);

        var text = new DiffText(places, request.InFull);
        if (request.Json) terminal.Say(DiffText.Json(places, found, request.InFull));
        else
        {
            foreach (var line in text.Lines(found)) terminal.Say(line);
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"Compared in {clock.GetElapsedTime(begun).TotalSeconds:0.0} s."));
        }
        return found.Counts.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
