using System.CommandLine;
using Pipeline.Cli.Runs;
using Pipeline.Cli.Services;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline up</c>.</summary>
internal static class UpCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var services = ServiceKind.All.Select(kind => Port(kind.Name, kind.UsualPort)).ToList();
        var registry = Port("registry", 8085);
        var postgres = Port("postgres", 55432);
        var redis = Port("redis", 56379);
        return new PipelineCommand("up", "Run everything on fixed ports until Ctrl-C, each service a process of its own.")
        {
            Notes = """
                Kafka and the Schema Registry run in this process, Postgres, Redis and the four services as its children. Any service can
                be killed and started again: `./pipeline service resolver`. Postgres keeps what it has from one `up` to the next (in
                .data/up); Kafka does not, so Ctrl-C first stops the Ingestor and waits until everything it took has been stored. A second
                Ctrl-C does not wait.

                Exit code 0 after Ctrl-C when everything was stored, 1 when something was left.
                """,
        }.With([.. services, registry, postgres, redis]).Runs(terminal, (parsed, interruption) =>
        {
            foreach (var twice in ((Option<int>[])[.. services, registry, postgres, redis]).GroupBy(parsed.GetValue).Where(group => group.Count() > 1))
                throw new PipelineException($"{string.Join(" and ", twice.Select(option => option.Name))} cannot both be {twice.Key}.", exitCode: ExitCode.Usage);
            var ports = new UpRun.Ports([.. services.Select(parsed.GetValue)], parsed.GetValue(registry), parsed.GetValue(postgres), parsed.GetValue(redis));
            return new UpRun(terminal, CheckoutFolders.Find(), TimeProvider.System).RunAsync(ports, interruption);
        });
    }

    private static Option<int> Port(string of, int usual) => WholeNumber.Option($"--{of}-port", $"Port of the {of}.", "PORT", least: 1, most: 65_535, usual);
}
