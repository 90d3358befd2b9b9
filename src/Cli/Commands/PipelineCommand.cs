using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary>A command of the program: its help has notes, its failures are told in one way, and Ctrl-C ends it in order.</summary>
internal sealed class PipelineCommand(string name, string description) : Command(name, description)
{
    private const string DebugVariable = "PIPELINE_DEBUG";

    /// <summary>Shown below the options in its help: examples, and what they do not tell.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Adds options and arguments.</summary>
    public PipelineCommand With(params ReadOnlySpan<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Option option) Add(option);
            else Add((Argument)symbol);
        }
        return this;
    }

    /// <summary>What the command does.</summary>
    /// <param name="terminal">Where failures are told.</param>
    /// <param name="runAsync">Gets the arguments and Ctrl-C; answers the exit code.</param>
    public PipelineCommand Runs(Terminal terminal, Func<ParseResult, Interruption, Task<int>> runAsync)
    {
        SetAction((parsed, _) => GuardAsync(terminal, interruption => runAsync(parsed, interruption)));
        return this;
    }

    private static async Task<int> GuardAsync(Terminal terminal, Func<Interruption, Task<int>> runAsync)
    {
        using var interruption = new Interruption();
        try
        {
            return await runAsync(interruption);
        }
        catch (Exception) when (interruption.Ending.IsCancellationRequested)
        {
            terminal.Complain("Interrupted.");
            return ExitCode.Interrupted;
        }
        catch (PipelineException failure)
        {
            terminal.Report(failure);
            return failure.ExitCode;
        }
#pragma warning disable CA1031 // The process ends here; whatever it is, the user gets a sentence and an exit code.
        catch (Exception unexpected)
        {
            terminal.Complain($"pipeline: {unexpected.GetType().Name}: {unexpected.Message}");
            terminal.Complain(Environment.GetEnvironmentVariable(DebugVariable) is { Length: > 0 } ? unexpected.ToString() : $"  {DebugVariable}=1 shows where it happened.");
            return ExitCode.Failed;
        }
#pragma warning restore CA1031
    }
}
