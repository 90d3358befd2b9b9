using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Healing.Generating;

namespace Pipeline.Cli.Healing;

/// <summary>One run of <c>pipeline backfill generate</c>.</summary>
internal sealed class BackfillGenerateRun(Terminal terminal, TimeProvider clock)
{
    /// <summary>Runs it.</summary>
    public async Task<int> RunAsync(string schema, GeneratedSize size, OperatingTools tools, CancellationToken cancellation)
    {
        await using var database = tools.OpenDatabase(OlderDatabase.Of(schema));
        return await OlderDatabase.SpeakAsync(async () =>
        {
            var begun = clock.GetTimestamp();
            await using (var command = database.CreateCommand("SELECT to_regnamespace(quote_ident($1)) IS NOT NULL"))
            {
                command.Parameters.AddWithValue(schema);
                if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
                    throw new PipelineException($"The schema '{schema}' exists already.", "Nothing is generated into tables that are there: give another --schema.", ExitCode.Usage);
            }
            var generator = new DatabaseGenerator(database);
            await generator.GenerateAsync(schema, size, cancellation);
            var made = await generator.CountAsync(cancellation);
            terminal.Say($"Made schema '{schema}' in {clock.GetElapsedTime(begun).TotalSeconds:0.0} s:");
            terminal.Say(PlanText.Line(made.Conversations, $"conversations, {PlanText.Number(made.Duplicates)} of them ({PlanText.Percent(made.Duplicates, made.Conversations)}) one too many for their person"));
            terminal.Say(PlanText.Line(made.Leads, $"leads, {PlanText.Number(made.FakePhones)} of them ({PlanText.Percent(made.FakePhones, made.Leads)}) with a LID's digits for a phone"));
            terminal.Say(PlanText.Line(made.UnknownFakePhones, "of these fake phones have no mapping"));
            terminal.Say(PlanText.Line(made.Messages, "messages"));
            return ExitCode.Ok;
        });
    }
}
