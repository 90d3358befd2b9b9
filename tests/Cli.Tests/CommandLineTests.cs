using System.CommandLine;
using System.Diagnostics;
using Pipeline.Cli.Commands;

namespace Pipeline.Cli.Tests;

public class CommandLineTests
{
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    [Theory]
    [InlineData("fly")]
    [InlineData("")]
    [InlineData("demo --fast")]
    [InlineData("demo --input")]
    [InlineData("demo --input no-such-file.jsonl")]
    [InlineData("up --ingestor-port 99999")]
    [InlineData("up --ingestor-port many")]
    [InlineData("up --resolver-port 8080")]
    [InlineData("ingest")]
    [InlineData("service")]
    [InlineData("service cook")]
    [InlineData("token")]
    [InlineData("token --business abc")]
    [InlineData("topics")]
    [InlineData("topics create --partitions 0")]
    [InlineData("bench --messages -1")]
    [InlineData("bench --businesses three")]
    [InlineData("ingest file.jsonl --patience soon")]
    [InlineData("lag --watch never")]
    [InlineData("lag --max-lag -1")]
    [InlineData("lag --group nobody")]
    [InlineData("health")]
    [InlineData("health somewhere")]
    [InlineData("explain")]
    [InlineData("explain --lid 82399031480511")]
    [InlineData("explain --business 1")]
    [InlineData("explain --business one --lid 82399031480511")]
    [InlineData("explain --business 0 --lid 82399031480511")]
    [InlineData("explain --business 1 --lid 82399031480511 --phone +972501234567")]
    [InlineData("explain --business 1 --lid Dana")]
    [InlineData("explain --business 1 --phone 82399031480511@lid")]
    [InlineData("explain --business 1 --phone 0501234567")]
    [InlineData("explain --business 1 --lid 82399031480511 --region IL")]
    [InlineData("explain --business 1 --event somewhere")]
    [InlineData("explain --business 1 --message A --patience 0")]
    [InlineData("unmerge --business 1")]
    [InlineData("unmerge --lead 5")]
    [InlineData("unmerge --business 1 --lid 82399031480511")]
    [InlineData("unmerge --business 1 --lead 5 --execute")]
    [InlineData("unmerge --business 1 --lead 5 --conversation lead:1:5")]
    [InlineData("unmerge --business 1 --lid 972501234567@s.whatsapp.net --phone +972501234567")]
    [InlineData("unmerge --business 1 --lid 82399031480511 --phone 82399031480511@lid")]
    [InlineData("replay")]
    [InlineData("replay --stage sink")]
    [InlineData("replay --to-earliest")]
    [InlineData("replay --stage cook --to-earliest")]
    [InlineData("replay --stage sink --to-earliest --to-latest")]
    [InlineData("replay --stage sink --to-earliest --execute --dry-run")]
    [InlineData("replay --stage sink --to-offset -1")]
    [InlineData("replay --stage sink --shift-by some")]
    [InlineData("replay --stage sink --to-datetime 2026-03-01")]
    [InlineData("replay --stage sink --topic linked:one --to-earliest")]
    [InlineData("replay --stage sink --topic linked --all-topics --to-earliest")]
    [InlineData("replay --stage sink --from-file no-such-file.csv")]
    [InlineData("replay --stage sink --to-earliest --business one")]
    [InlineData("replay --stage sink --to-earliest --until soon")]
    [InlineData("replay --stage sink --to-earliest --resolve live")]
    [InlineData("replay --stage resolver --to-earliest --resolve maybe")]
    [InlineData("replay --stage resolver --stage sink --to-earliest --business 1")]
    [InlineData("replay --stage resolver --to-earliest --business 1 --export")]
    [InlineData("replay --resume abc --to-earliest")]
    [InlineData("dlq")]
    [InlineData("dlq show")]
    [InlineData("dlq show here")]
    [InlineData("dlq list --business one")]
    [InlineData("dlq list --from yesterday")]
    [InlineData("dlq redrive --rate 0")]
    [InlineData("dlq discard whatsapp.raw.v1.dlq/0@0 --reason bad_magic")]
    public async Task A_command_line_that_is_not_understood_ends_with_2_and_says_why(string arguments)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync(arguments));
        Assert.StartsWith("pipeline: ", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    public static TheoryData<string> Commands => new(All(CommandLine.Build(new Terminal(TextWriter.Null, TextWriter.Null, live: false)), ""));

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_help_with_exit_codes(string command)
    {
        Assert.Equal(ExitCode.Ok, await RunAsync($"{command} --help".Trim()));
        Assert.Contains($"Usage:\n  ./pipeline {command}".TrimEnd(), output.ToString());
        Assert.Contains("Exit codes:", output.ToString());
        Assert.Empty(error.ToString());
    }

    [Fact]
    public async Task The_reference_tells_of_every_command()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("reference"));
        var told = output.ToString().Split('\n').Where(line => line.StartsWith("## ./pipeline ", StringComparison.Ordinal)).Select(line => line["## ./pipeline ".Length..]).ToList();
        Assert.Contains("backfill check", told);
        Assert.Equal(All(CommandLine.Build(new Terminal(TextWriter.Null, TextWriter.Null, live: false)), "").Where(command => command.Length > 0).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("Exit codes:", output.ToString());
    }

    [Fact]
    public async Task A_value_that_is_missing_from_every_place_is_told_with_the_places()
    {
        using var nothing = new TemporaryFolder();
        var entry = await RunProgramAsync(nothing.Path, "token", "--business", "1");
        Assert.Equal(ExitCode.Failed, entry.Code);
        Assert.Contains("Ingestor__SigningKey", entry.Said);
    }

    [Fact]
    public async Task A_service_cannot_be_started_without_a_running_up()
    {
        using var nothing = new TemporaryFolder();
        var entry = await RunProgramAsync(nothing.Path, "service", "resolver");
        Assert.Equal(ExitCode.Failed, entry.Code);
        Assert.Contains("./pipeline up", entry.Said);
    }

    [Fact]
    public async Task The_shell_entry_names_every_command()
    {
        var said = await RunShellAsync("--help");
        foreach (var command in CommandLine.Build(new Terminal(TextWriter.Null, TextWriter.Null, live: false)).Subcommands.Where(command => !command.Hidden))
            Assert.Contains($"\n  {command.Name} ", said.Said);
        Assert.Contains("\n  test ", said.Said);
        Assert.Contains("\n  check ", said.Said);
    }

    [Theory]
    [InlineData("--help", 0)]
    [InlineData("test --help", 0)]
    [InlineData("check --help", 0)]
    [InlineData("", 2)]
    [InlineData("test --loud", 2)]
    [InlineData("test --filter", 2)]
    [InlineData("check everything", 2)]
    public async Task The_shell_entry_ends_with(string arguments, int code) => Assert.Equal(code, (await RunShellAsync(arguments)).Code);

    private static IEnumerable<string> All(Command command, string path)
    {
        yield return path;
        foreach (var below in command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => All(sub, $"{path} {sub.Name}".Trim()))) yield return below;
    }

    private Task<int> RunAsync(string arguments) =>
        CommandLine.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), new Terminal(output, error, live: false));

    private static Task<(int Code, string Said)> RunShellAsync(string arguments) =>
        RunProcessAsync(Checkout.File("pipeline"), arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), []);

    private static Task<(int Code, string Said)> RunProgramAsync(string data, params string[] arguments) =>
        RunProcessAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pipeline.Cli.dll"), .. arguments], new() { ["PIPELINE_DATA"] = data });

    private static async Task<(int Code, string Said)> RunProcessAsync(string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in environment) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }
}
