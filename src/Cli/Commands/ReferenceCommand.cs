using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline reference</c>: the help of every command as one page; <c>./pipeline docs</c> writes it to docs/cli.md.</summary>
internal static class ReferenceCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal) =>
        new PipelineCommand("reference", "Print the help of every command as Markdown.")
        {
            // For ./pipeline docs, which writes it to docs/cli.md.
            Hidden = true,
        }.Runs(terminal, async (_, _) =>
        {
            foreach (var path in PathsBelow(CommandLine.Build(terminal), "")) await WriteAsync(path, terminal);
            return ExitCode.Ok;
        });

    // A command that only holds others is told by its own help as well: it is what somebody types first.
    private static IEnumerable<string> PathsBelow(Command command, string path) =>
        command.Subcommands.Where(below => !below.Hidden).OrderBy(below => below.Name, StringComparer.Ordinal)
            .SelectMany(below => new[] { $"{path}{below.Name}" }.Concat(PathsBelow(below, $"{path}{below.Name} ")));

    private static async Task WriteAsync(string path, Terminal terminal)
    {
        using var help = new StringWriter();
        await CommandLine.RunAsync([.. path.Split(' '), "--help"], new Terminal(help, help, live: false));
        // The exit codes are the same for all and stand at the top of the page.
        var lines = help.ToString().Split('\n').Select(line => line.TrimEnd()).TakeWhile(line => line != "Exit codes:");
        terminal.Say($"## ./pipeline {path}\n\n```text\n{string.Join('\n', lines).TrimEnd()}\n```\n");
    }
}
