using System.CommandLine;
using Pipeline.Cli.DeadLetters;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline dlq</c>.</summary>
internal static class DlqCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal) =>
        new("dlq", "Dead letters: what a stage has set aside.") { List(terminal), Show(terminal), Redrive(terminal), Discard(terminal) };

    private static PipelineCommand List(Terminal terminal)
    {
        var filter = new LetterFilter.Options();
        var limit = WholeNumber.Option("--limit", "How many are shown one by one; all are counted.", "N", least: 0, most: 100_000, usual: 20);
        var where = Where();
        return new PipelineCommand("list", "Count dead letters by topic, reason and service, and show the first.")
        {
            Notes = """
                What has been redriven or discarded is left out.

                Examples:
                  ./pipeline dlq list
                  ./pipeline dlq list --reason undecodable --business 1 --limit 100
                  ./pipeline dlq list --topic whatsapp.raw.v1 --from 2026-03-01T08:00:00.000
                """,
        }.With([.. filter.Symbols, limit, .. where.Symbols]).Runs(terminal, (parsed, interruption) =>
            WithToolsAsync(terminal, where, parsed, run => run.ListAsync(filter.Given(parsed), parsed.GetValue(limit), interruption.Ending)));
    }

    private static PipelineCommand Show(Terminal terminal)
    {
        var position = new Argument<string>("POSITION") { Description = "The letter, as list shows it: topic/partition@offset." };
        var payload = new Option<bool>("--payload") { Description = "Show the value, too. It is personal data." };
        var where = Where();
        return new PipelineCommand("show", "Show one dead letter: why it was set aside, its headers, its size.")
        {
            Notes = """
                Example:
                  ./pipeline dlq show whatsapp.raw.v1.dlq/3@0 --payload
                """,
        }.With([position, payload, .. where.Symbols]).Runs(terminal, (parsed, interruption) =>
            WithToolsAsync(terminal, where, parsed, run => run.ShowAsync(LetterBox.Parse(parsed.GetValue(position)!), parsed.GetValue(payload), interruption.Ending)));
    }

    private static PipelineCommand Redrive(Terminal terminal) => Settling(
        terminal, "redrive", "Send dead letters back to the stage that refused them.", LetterFates.Redriven,
        """
        Key, value and headers are the original's; the headers of the dead letter are taken off, and dlq-redrives counts. The letter goes to
        the topic that it was read from. One that is refused again becomes a new dead letter. A letter is sent back once: a second redrive
        does nothing. The headers of Kafka Connect, Kafka Streams, Spring, Wolverine and Silverback are understood.

        Examples:
          ./pipeline dlq redrive --reason too_large
          ./pipeline dlq redrive --reason too_large --limit 10 --execute
          ./pipeline dlq redrive --topic whatsapp.raw.v1 --rate 50 --execute
          ./pipeline dlq redrive whatsapp.raw.v1.dlq/3@0 --execute
        """);

    private static PipelineCommand Discard(Terminal terminal) => Settling(
        terminal, "discard", "Give dead letters up: they are not shown any more.", LetterFates.Discarded,
        """
        The records stay in Kafka until their time is over; only the list forgets them.

        Examples:
          ./pipeline dlq discard --reason bad_magic --business 1
          ./pipeline dlq discard whatsapp.raw.v1.dlq/3@0 --execute
        """);

    private static PipelineCommand Settling(Terminal terminal, string name, string description, string fate, string notes)
    {
        var filter = new LetterFilter.Options();
        var position = new Argument<string?>("POSITION") { Description = "One letter, as list shows it: topic/partition@offset. Without it all that the options name.", Arity = ArgumentArity.ZeroOrOne };
        var limit = WholeNumber.Optional("--limit", "The most letters.", "N", least: 1, most: int.MaxValue);
        var rate = WholeNumber.Optional("--rate", "The most letters in a second.", "N", least: 1, most: 1_000_000);
        var execute = new Option<bool>("--execute") { Description = "Do it. Without this nothing is changed." };
        var where = Where();
        return new PipelineCommand(name, description) { Notes = notes }
            .With([position, .. filter.Symbols, limit, rate, execute, .. where.Symbols]).Runs(terminal, (parsed, interruption) =>
            {
                var one = parsed.GetValue(position) is { } text ? LetterBox.Parse(text) : (Streaming.Position?)null;
                var given = filter.Given(parsed);
                if (one is not null && given != new LetterFilter(null, null, null, null, null)) throw new PipelineException("POSITION names one letter; the other options name many.", exitCode: ExitCode.Usage);
                if (one is { } letter) given = given with { Topic = letter.Topic };
                var doing = parsed.GetValue(execute);
                if (!doing) terminal.Complain("Dry run: nothing is changed without --execute.");
                return WithToolsAsync(terminal, where, parsed, run => run.SettleAsync(given, one, fate, parsed.GetValue(limit), parsed.GetValue(rate), doing, interruption.Ending));
            });
    }

    private static ConnectionOptions Where() => new ConnectionOptions().Kafka().Topics().Postgres();

    private static async Task<int> WithToolsAsync(Terminal terminal, ConnectionOptions where, ParseResult parsed, Func<LetterRun, Task<int>> work)
    {
        await using var tools = OperatingTools.Open(where.Given(parsed), CheckoutFolders.Find());
        return await work(new LetterRun(terminal, tools, TimeProvider.System));
    }
}
