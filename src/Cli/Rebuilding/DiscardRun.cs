using Pipeline.Cli.Operations;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.Rebuilding;

/// <summary>Takes a rebuild away: its tables, its topics. The live ones are not touched.</summary>
internal sealed class DiscardRun(Terminal terminal)
{
    /// <summary>Does it.</summary>
    public async Task<int> RunAsync(string name, OperatingTools tools, CancellationToken ending)
    {
        var places = tools.PlacesOf(name);
        await using var database = tools.OpenDatabase();
        await LiveTables.RequireAsync(database, places, ending);
        await using var held = await RebuildLock.TakeAsync(database, places, ending);
        if (await new Preparation(tools, places, database, terminal).ReadAsync(ending) is null)
        {
            await DeleteTopicsAsync(tools, places);
            terminal.Say($"There are no tables of a rebuild '{name}'.");
            return ExitCode.Ok;
        }
        await using (var drop = database.CreateCommand($"DROP SCHEMA {places.Schema} CASCADE")) await drop.ExecuteNonQueryAsync(ending);
        terminal.Say($"The schema '{places.Schema}' is gone.");
        await DeleteTopicsAsync(tools, places);
        return ExitCode.Ok;
    }

    private async Task DeleteTopicsAsync(OperatingTools tools, RebuildPlaces places)
    {
        // What Topics made of the prefix alone, so that the dead letters of raw and leads are among them.
        string[] topics = [.. new Topics(places.Prefix).All.SelectMany(topic => new[] { topic.Name, topic.Name + Topics.DeadLetterSuffix })];
        if (tools.Kafka.MaxDownstreamBytes > 0)
        {
            terminal.Say("The in-process broker deletes no topics; they go when it ends. A new rebuild of this name passes over what is left.");
            return;
        }
        try
        {
            await tools.TopicAdmin.DeleteAsync(topics);
            terminal.Say($"The topics '{places.Prefix}…' are gone. The groups have no members and expire by themselves; to take them away at once:");
            foreach (var group in places.Groups) terminal.Say($"  kafka-consumer-groups.sh --bootstrap-server {tools.Kafka.BootstrapServers} --delete --group {group}");
        }
        catch (Exception fault) when (fault is KafkaUnavailableException or InvalidOperationException)
        {
            throw new PipelineException(fault.Message, $"The tables are gone. Delete by hand: {string.Join(' ', topics)}", inner: fault);
        }
    }
}
