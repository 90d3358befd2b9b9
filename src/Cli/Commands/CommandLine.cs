using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pipeline.Cli.Commands;

/// <summary>The whole command line: from arguments to exit code.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, Terminal.OfProcess());

    /// <summary>Parses and runs, speaking to the given terminal.</summary>
    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var parsed = Build(terminal).Parse(args);
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            // Both are ours: what an exception looks like, and what Ctrl-C does.
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };

        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors) terminal.Complain($"pipeline: {error.Message}");
            terminal.Complain($"  See ./{PathOf(parsed)} --help");
            return ExitCode.Usage;
        }
        return await parsed.InvokeAsync(configuration);
    }

    /// <summary>The commands and their options.</summary>
    public static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand("One person, one conversation: WhatsApp messages in, one thread per person out.")
        {
            DemoCommand.Create(terminal),
            UpCommand.Create(terminal),
            IngestCommand.Create(terminal),
            ServiceCommand.Create(terminal),
            BenchCommand.Create(terminal),
            SqlCommand.Create(terminal),
            LagCommand.Create(terminal),
            ExplainCommand.Create(terminal),
            BackfillCommand.Create(terminal),
            LeadsCommand.Create(terminal),
            UnmergeCommand.Create(terminal),
            ReplayCommand.Create(terminal),
            DlqCommand.Create(terminal),
            DiffCommand.Create(terminal),
            PromoteCommand.Create(terminal),
            MigrateCommand.Create(terminal),
            SchemasCommand.Create(terminal),
            TopicsCommand.Create(terminal),
            SetupCommand.Create(terminal),
            TokenCommand.Create(terminal),
            HealthCommand.Create(terminal),
            ReferenceCommand.Create(terminal),
        };
        // The shell entry answers --help for `test` and `check`, which are its own.
        foreach (var help in root.Options.OfType<HelpOption>()) help.Action = new HelpWithNotes((HelpAction)help.Action!);
        return root;
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            if (at.Command is not RootCommand) names.Push(at.Command.Name);
        return string.Join(' ', names.Prepend("pipeline"));
    }
}
