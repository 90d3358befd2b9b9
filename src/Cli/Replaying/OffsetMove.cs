using System.Globalization;
using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Replaying;

/// <summary>
/// Moves groups to other offsets, as <c>kafka-consumer-groups.sh --reset-offsets</c> does, and the Sink's positions in Postgres with them.
/// </summary>
internal sealed class OffsetMove(Terminal terminal, OperatingTools tools)
{
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(15);

    /// <summary>What to move.</summary>
    /// <param name="Groups">The groups, each with the topic that it reads in the pipeline, if it is one of the pipeline's.</param>
    /// <param name="Scopes">The topics; none for each group's own.</param>
    /// <param name="AllTopics">Every topic on which a group has offsets.</param>
    /// <param name="Scenario">Where to.</param>
    /// <param name="Execute">Whether to do it.</param>
    /// <param name="Export">Whether to print the plan as CSV.</param>
    public sealed record Request(
        IReadOnlyList<(string Group, string? Topic)> Groups, IReadOnlyList<ReplayScope> Scopes, bool AllTopics, Scenario Scenario, bool Execute, bool Export);

    /// <summary>Plans, shows the plan, and carries it out where that is asked for.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="PipelineException">A group is active, or something does not answer. Nothing was moved, unless the message says so.</exception>
    public async Task<int> RunAsync(Request request, CancellationToken cancellation)
    {
        await using var database = request.Groups.Any(one => one.Group == Topics.Groups.Sink) ? tools.OpenDatabase() : null;
        try
        {
            await RequireInactiveAsync(request.Groups, request.Execute, cancellation);
            var plan = await PlanAsync(request, database, cancellation);
            if (request.Execute) await MoveAsync(plan, database, cancellation);
            if (request.Export) foreach (var line in PlanLine.ToCsv(plan)) terminal.Say(line);
            else Show(plan);
            return ExitCode.Ok;
        }
        catch (GroupActiveException active)
        {
            throw new PipelineException(
                "Error: " + active.Message,
                "Stop every copy of the service first. One that was stopped hard counts as a member until its session times out (10 s; Kafka__SessionTimeout).",
                inner: active);
        }
        catch (KafkaUnavailableException away)
        {
            throw new PipelineException(away.Message, "Is Kafka running, and does --bootstrap-servers (Kafka__BootstrapServers) name it?", inner: away);
        }
        catch (NpgsqlException fault)
        {
            throw new PipelineException($"Postgres: {fault.Message}", "The Sink's positions are there. Is it running, and does --postgres (ConnectionStrings__Postgres) name it?", inner: fault);
        }
    }

    // The brokers that can tell are asked even for a dry run, as Kafka's tool does: a plan for a group that moves on is worth little.
    private async Task RequireInactiveAsync(IReadOnlyList<(string Group, string? Topic)> groups, bool execute, CancellationToken cancellation)
    {
        foreach (var (group, _) in groups)
        {
            var state = await tools.GroupActivity.AskAsync(group, AskLimit, cancellation);
            if (state is { IsActive: true }) throw new GroupActiveException(group, state.Name);
            if (state is null && !execute) terminal.Complain($"Note: this broker cannot tell whether anybody reads with '{group}'; --execute finds out by joining it for a moment.");
        }
    }

    private async Task<List<PlannedOffset>> PlanAsync(Request request, NpgsqlDataSource? database, CancellationToken cancellation)
    {
        var positions = new StartPositions(tools.OffsetsByTime, terminal.Complain);
        var plan = new List<PlannedOffset>();
        foreach (var (group, own) in request.Groups)
        {
            foreach (var scope in await ScopesAsync(request, group, own, cancellation))
            {
                var partitions = await PartitionsAsync(group, scope, database, cancellation);
                foreach (var (partition, position) in (await positions.FindAsync(request.Scenario, group, partitions, cancellation)).Select(position => (partitions.First(one => one.Partition == position.Partition), position)))
                    plan.Add(new PlannedOffset(group, position.Topic, position.Partition, position.Offset, partition.Committed, Math.Max(0, partition.High - position.Offset)));
            }
        }
        return plan;
    }

    private async Task<IReadOnlyList<ReplayScope>> ScopesAsync(Request request, string group, string? own, CancellationToken cancellation)
    {
        if (request.Scopes.Count > 0) return request.Scopes;
        if (request.Scenario is Scenario.Planned plan)
            return [.. plan.Lines.Where(line => line.Group is null || line.Group == group).GroupBy(line => line.Topic).Select(lines => new ReplayScope(lines.Key, [.. lines.Select(line => line.Partition).Order()]))];
        if (request.AllTopics)
        {
            var topics = await tools.GroupTopics.ReadAsync(group, AskLimit, cancellation);
            return topics.Count > 0 ? [.. topics.Select(topic => new ReplayScope(topic, null))] : throw new PipelineException($"'{group}' has no offsets on any topic.");
        }
        return own is not null
            ? [new ReplayScope(own, null)]
            : throw new PipelineException($"Which topics of '{group}'?", "Give --topic or --all-topics: it is none of the pipeline's own groups.", ExitCode.Usage);
    }

    private async Task<IReadOnlyList<PartitionLag>> PartitionsAsync(string group, ReplayScope scope, NpgsqlDataSource? database, CancellationToken cancellation)
    {
        var partitions = await tools.LagReader.ReadAsync(scope.Topic, group, AskLimit, cancellation);
        if (partitions.Count == 0) throw new PipelineException($"There is no topic '{scope.Topic}'.");
        if (scope.Partitions is { } wanted)
        {
            if (wanted.FirstOrDefault(number => partitions.All(one => one.Partition != number), -1) is >= 0 and var missing)
                throw new PipelineException($"'{scope.Topic}' has no partition {missing}.");
            partitions = [.. partitions.Where(one => wanted.Contains(one.Partition))];
        }
        if (group != Topics.Groups.Sink || database is null) return partitions;
        var stored = await SinkOffsets.ReadAsync(database, scope.Topic, cancellation);
        return [.. partitions.Select(one => one with { Committed = stored.TryGetValue(one.Partition, out var next) ? next : null })];
    }

    private async Task MoveAsync(List<PlannedOffset> plan, NpgsqlDataSource? database, CancellationToken cancellation)
    {
        var groups = plan.GroupBy(row => row.Group).Select(rows => (Group: rows.Key, Positions: rows.Select(row => new Position(row.Topic, row.Partition, row.Offset)).ToList())).ToList();
        var idle = new List<IdleGroup>();
        try
        {
            // All of them are known to be idle before the first is moved.
            var taking = groups.Select(one => tools.TakeGroupAsync(one.Group, [.. one.Positions.Select(position => position.Topic).Distinct()], AskLimit, cancellation)).ToList();
            await Task.WhenAny(Task.WhenAll(taking));
            idle.AddRange(taking.Where(task => task.IsCompletedSuccessfully).Select(task => task.Result));
            await Task.WhenAll(taking);
            foreach (var ((group, positions), held) in groups.Zip(idle))
            {
                // Postgres first: stopped in between, the Sink goes by Postgres, and the dashboards are right again after its first batch.
                if (group == Topics.Groups.Sink && database is not null) await SinkOffsets.MoveAsync(database, positions, cancellation);
                await held.CommitAsync(positions, cancellation);
            }
        }
        finally
        {
            await Task.WhenAll(idle.Select(held => held.DisposeAsync().AsTask()));
        }
    }

    private void Show(IReadOnlyList<PlannedOffset> plan)
    {
        var width = (Group: Widest(plan.Select(row => row.Group)), Topic: Widest(plan.Select(row => row.Topic)));
        terminal.Say($"{"GROUP".PadRight(width.Group)} {"TOPIC".PadRight(width.Topic)} {"PARTITION",-10} {"NEW-OFFSET",-15} {"CURRENT-OFFSET",-15} RECORDS");
        foreach (var row in plan)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{row.Group.PadRight(width.Group)} {row.Topic.PadRight(width.Topic)} {row.Partition,-10} {row.Offset,-15} {row.Current?.ToString(CultureInfo.InvariantCulture) ?? "-",-15} {row.Records}"));

        static int Widest(IEnumerable<string> words) => words.Append("").Max(word => Math.Max(word.Length, 15));
    }
}
