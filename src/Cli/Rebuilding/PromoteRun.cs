using System.Globalization;
using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>
/// Makes a rebuild the live tables, in one transaction: the live ones are kept under another name, and the live services go on in the
/// rebuilt ones where they stopped. Refuses whenever anything would be lost or somebody still works on either side.
/// </summary>
internal sealed class PromoteRun(Terminal terminal, TimeProvider clock)
{
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(10);

    /// <summary>What to do.</summary>
    /// <param name="Name">The rebuild's name.</param>
    /// <param name="Execute">Do it; else only say what would be done.</param>
    /// <param name="LeaveBehind">How many live messages the operator knows to be missing in the rebuild, and leaves in the kept tables.</param>
    public sealed record Request(string Name, bool Execute, long LeaveBehind);

    /// <summary>Checks, and does it.</summary>
    /// <returns>0 when it was done, or could be.</returns>
    public async Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken ending)
    {
        var places = tools.PlacesOf(request.Name);
        await using var database = tools.OpenDatabase();
        await LiveTables.RequireRebuildAsync(tools, database, places, terminal, ending);
        await using var held = await RebuildLock.TakeAsync(database, places, ending);
        var obstacles = new List<string>();
        var groups = new List<IdleGroup>();
        try
        {
            groups.AddRange(await TakeLiveGroupsAsync(tools, places, obstacles, ending));
            var reads = await ReadAsync(tools, places, database, obstacles, ending);

            await using var connection = await database.OpenConnectionAsync(ending);
            await using var transaction = await connection.BeginTransactionAsync(ending);
            var swap = new SchemaSwap(connection, transaction, places);
            if (request.Execute) await swap.LockAsync(ending);
            obstacles.AddRange(await swap.ObstaclesAsync(reads.LiveLinked, ending));
            var found = await new Comparison(connection, transaction, places).RunAsync(null, 3, reads.LiveRaw, reads.RebuiltRaw, ending);
            foreach (var line in new DiffText(places, inFull: false).Lines(found)) terminal.Say(line);
            // What seems newer than all that the rebuild has read was not read by it for another reason: a raw that began anew.
            var missing = found.Missing + found.NewerLive;
            if (missing != request.LeaveBehind)
                obstacles.Add(request.LeaveBehind == 0
                    ? Text($"{missing:N0} live messages are not in the rebuild. They would stay in '{places.KeptSchema}' only; if that is meant: --leave-behind {missing}.")
                    : Text($"--leave-behind says {request.LeaveBehind:N0}, and {missing:N0} live messages are not in the rebuild."));
            foreach (var left in await swap.StaysBehindAsync(ending)) terminal.Say($"Stays behind in '{places.KeptSchema}': {left}");
            if (obstacles.Count > 0) throw new PipelineException($"'{places.Name}' cannot be promoted.", string.Join('\n', obstacles.Select(obstacle => "- " + obstacle)));

            if (!request.Execute)
            {
                terminal.Say($"It can be promoted: '{places.LiveSchema}' would be kept as '{places.KeptSchema}', and '{places.Schema}' become '{places.LiveSchema}'. Nothing was changed; with --execute it is done.");
                return ExitCode.Ok;
            }
            await swap.RunAsync(ending);
            await transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            foreach (var group in groups) await group.DisposeAsync();
        }
        terminal.Say($"Promoted: the live tables are the rebuilt ones. Start the services. The earlier tables are in '{places.KeptSchema}' until you drop them.");
        terminal.Say($"What lies on {places.LiveTopics.Linked.Name} up to now speaks of the earlier tables: do not replay the Sink to before this moment; replay raw instead.");
        terminal.Say($"The rebuild's topics are no longer needed: ./pipeline replay --into {places.Name} --discard");
        return ExitCode.Ok;
    }

    private sealed record Reads(IReadOnlyList<PartitionLag> LiveRaw, IReadOnlyList<PartitionLag> RebuiltRaw, IReadOnlyList<PartitionLag> LiveLinked);

    // Held until the swap is done: nobody can begin to read in between.
    private static async Task<IReadOnlyList<IdleGroup>> TakeLiveGroupsAsync(OperatingTools tools, RebuildPlaces places, List<string> obstacles, CancellationToken ending)
    {
        (string Group, string Topic, string Service)[] readers =
        [
            (Topics.Groups.Resolver, places.LiveTopics.Raw.Name, "Resolver"),
            (Topics.Groups.ThreadLinker, places.LiveTopics.Enriched.Name, "ThreadLinker"),
            (Topics.Groups.Leads, places.LiveTopics.Leads.Name, "ThreadLinker"),
            (Topics.Groups.Sink, places.LiveTopics.Linked.Name, "Sink"),
        ];
        var taken = await Task.WhenAll(readers.Select(TakeAsync));
        obstacles.AddRange(taken.Select(one => one.Obstacle).OfType<string>());
        return [.. taken.Select(one => one.Idle).OfType<IdleGroup>()];

        async Task<(IdleGroup? Idle, string? Obstacle)> TakeAsync((string Group, string Topic, string Service) reader)
        {
            try
            {
                return (await IdleGroup.TakeAsync(tools.Kafka, new ServiceName("pipeline"), reader.Group + places.LiveSuffix, [reader.Topic], AskLimit, ending), null);
            }
            catch (GroupActiveException)
            {
                return (null, $"The {reader.Service} reads {reader.Topic}: stop every copy of it. The Ingestor may go on.");
            }
            catch (KafkaUnavailableException away)
            {
                return (null, away.Message);
            }
        }
    }

    private async Task<Reads> ReadAsync(OperatingTools tools, RebuildPlaces places, NpgsqlDataSource database, List<string> obstacles, CancellationToken ending)
    {
        using var live = Reading.OfLive(tools.Kafka, places, database, clock);
        using var rebuilt = Reading.OfRebuild(tools.Kafka, places, database, clock);
        var (liveRaw, liveLeads, liveLinked) = (await live.RawAsync(ending), await live.LeadsAsync(ending), await live.LinkedAsync(ending));
        var (rebuiltRaw, rebuiltLeads) = (await rebuilt.RawAsync(ending), await rebuilt.LeadsAsync(ending));

        // What the Ingestor has taken since the Resolver stopped is read by the Resolver when it starts.
        Require((await live.EnrichedAsync(ending)).Sum(lag => lag.Lag), "The live ThreadLinker has {0} records to link: start the services, let them finish, stop the Resolver first.");
        Require(liveLinked.Sum(lag => lag.Lag), "The live Sink has {0} records to store: start it and let it finish.");
        Require(Behind(rebuiltRaw, liveRaw), $"The rebuild is {{0}} records of raw behind the live Resolver: ./pipeline replay --into {places.Name}");
        Require(Behind(rebuiltLeads, liveLeads), $"The rebuild is {{0}} leads behind: ./pipeline replay --into {places.Name}");
        Require((await rebuilt.EnrichedAsync(ending)).Sum(lag => lag.Lag) + (await rebuilt.LinkedAsync(ending)).Sum(lag => lag.Lag), $"The rebuild has {{0}} records that are read and not stored: ./pipeline replay --into {places.Name}");
        return new Reads(liveRaw, rebuiltRaw, liveLinked);

        void Require(long left, string otherwise)
        {
            if (left > 0) obstacles.Add(string.Format(CultureInfo.InvariantCulture, otherwise, left.ToString("N0", CultureInfo.InvariantCulture)));
        }
    }

    private static long Behind(IReadOnlyList<PartitionLag> rebuilt, IReadOnlyList<PartitionLag> live)
    {
        var next = rebuilt.ToDictionary(lag => lag.Partition, lag => lag.Next);
        return live.Sum(lag => Math.Max(0, lag.Next - next.GetValueOrDefault(lag.Partition)));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
