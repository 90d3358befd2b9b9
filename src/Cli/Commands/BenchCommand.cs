using System.CommandLine;
using Pipeline.Cli.Runs;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline bench</c>.</summary>
internal static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var quick = new Option<bool>("--quick") { Description = "100 000 messages of 5 000 people. Without it: ten times as many of both." };
        var messages = WholeNumber.Optional("--messages", "How many messages.", "N", least: 1, most: int.MaxValue);
        var people = WholeNumber.Optional("--people", "How many people.", "N", least: 1, most: int.MaxValue);
        var businesses = WholeNumber.Option("--businesses", "How many businesses.", "N", least: 1, most: 100, usual: 3);
        return new PipelineCommand("bench", "Measure messages per second through the four services, each a process of its own.")
        {
            Notes = """
                Sends generated messages of about 1.1 KB, half of the people by LID, to the Ingestor (after a short warm-up that is not counted);
                waits until all are stored; prints
                messages per second end to end and the peak memory of each service. Fails unless every message was stored exactly once
                and every person has one conversation, as counted in Postgres.

                Example:
                  ./pipeline bench --quick
                """,
        }.With(quick, messages, people, businesses).Runs(terminal, (parsed, interruption) =>
        {
            var scale = parsed.GetValue(quick) ? 1 : 10;
            var request = new BenchRun.Request(parsed.GetValue(messages) ?? 100_000 * scale, parsed.GetValue(businesses), parsed.GetValue(people) ?? 5_000 * scale);
            return new BenchRun(terminal, CheckoutFolders.Find(), TimeProvider.System).RunAsync(request, interruption.Ending);
        });
    }
}
