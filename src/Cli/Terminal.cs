using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>
/// Where a command speaks: results and progress on standard output, complaints on standard error. Live and coloured on a terminal;
/// plain lines when the output is a file or pipe, when <c>NO_COLOR</c> is set, or when <c>TERM</c> is <c>dumb</c>.
/// </summary>
internal sealed class Terminal
{
    // Tables stay readable in a log file, and are not stretched over a very wide window.
    private const int PlainWidth = 100;
    private const int WidestTable = 120;

    /// <summary>A terminal over two writers.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="live">Whether lines may be redrawn and coloured.</param>
    public Terminal(TextWriter output, TextWriter error, bool live)
    {
        Output = output;
        Error = error;
        Live = live;
        Canvas = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = live ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = live ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = live ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        Canvas.Profile.Width = live ? Math.Clamp(Canvas.Profile.Width, 60, WidestTable) : PlainWidth;
    }

    /// <summary>Results and progress.</summary>
    public TextWriter Output { get; }

    /// <summary>Complaints and advice.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether lines may be redrawn and coloured.</summary>
    public bool Live { get; }

    /// <summary>Draws tables and live displays on <see cref="Output"/>.</summary>
    public IAnsiConsole Canvas { get; }

    /// <summary>The process's own terminal.</summary>
    public static Terminal OfProcess() => new(
        Console.Out,
        Console.Error,
        live: !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb");

    /// <summary>One line on standard output.</summary>
    public void Say(string line = "") => Output.WriteLine(line);

    /// <summary>One line on standard error.</summary>
    public void Complain(string line) => Error.WriteLine(line);

    /// <summary>
    /// Text of strangers (names, ids) as it may be shown: without control characters, so that it can neither move the cursor nor break a line.
    /// </summary>
    public static string Harmless(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)));

    /// <summary>An expected failure: what happened, then what to do.</summary>
    public void Report(PipelineException failure)
    {
        Complain($"pipeline: {failure.Message}");
        if (failure.Advice is null) return;
        foreach (var line in failure.Advice.Split('\n')) Complain($"  {line}");
    }
}
