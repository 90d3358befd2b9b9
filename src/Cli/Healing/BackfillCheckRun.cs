using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Healing;

namespace Pipeline.Cli.Healing;

/// <summary>One run of <c>pipeline backfill check</c>.</summary>
internal sealed class BackfillCheckRun(Terminal terminal)
{
    /// <summary>Runs it.</summary>
    public async Task<int> RunAsync(BackfillOptions options, OperatingTools tools, CancellationToken cancellation)
    {
        await using var database = tools.OpenDatabase(OlderDatabase.Of(options.Schema));
        return await OlderDatabase.SpeakAsync(async () =>
        {
            var tables = await OlderTables.ReadAsync(database, options, cancellation);
            if (!tables.HasBookkeeping || !tables.Has("whatsapp_message", "conversation_id"))
                throw new PipelineException($"The schema '{options.Schema}' has not been healed yet.", "./pipeline backfill shows the plan, ./pipeline backfill --execute does it.");
            return Show(terminal, await Checks.RunAsync(database, cancellation)) ? ExitCode.Ok : ExitCode.Failed;
        });
    }

    /// <summary>Shows counts.</summary>
    /// <returns>Whether all are as they must be.</returns>
    public static bool Show(Terminal terminal, IReadOnlyList<Check> checks)
    {
        foreach (var check in checks) terminal.Say($"{(check.MustBeZero ? check.Fails ? "WRONG" : "ok" : ""),-5} {PlanText.Number(check.Count),12}  {check.Name}");
        return !checks.Any(check => check.Fails);
    }
}
