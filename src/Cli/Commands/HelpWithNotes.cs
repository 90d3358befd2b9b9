using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pipeline.Cli.Commands;

/// <summary>The usual help, and below it what the options alone do not tell: notes, examples, exit codes.</summary>
internal sealed class HelpWithNotes(HelpAction usual) : SynchronousCommandLineAction
{
    private const string ExitCodes = """
        Exit codes:
          0    done
          1    failed; the message says why
          2    the command line was not understood
          69   something has to be installed first
          130  ended by Ctrl-C
        """;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        // The usual help calls the program by its file name; people call it by its shell entry.
        using var text = new StringWriter();
        configuration.Output = text;
        usual.Invoke(parseResult);
        configuration.Output = output;
        output.Write(text.ToString().Replace($"  {RootCommand.ExecutableName}", "  ./pipeline", StringComparison.Ordinal));

        if (parseResult.CommandResult.Command is PipelineCommand { Notes: { Length: > 0 } notes }) output.WriteLine(notes + Environment.NewLine);
        output.WriteLine(ExitCodes + Environment.NewLine);
        return ExitCode.Ok;
    }
}
