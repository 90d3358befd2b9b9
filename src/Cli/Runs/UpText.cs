using Pipeline.Cli.Embedded;
using Pipeline.Cli.Services;
using Pipeline.Contracts;

namespace Pipeline.Cli.Runs;

/// <summary>What <c>up</c> says once everything runs: where it is, and what to do with it.</summary>
internal sealed class UpText(Terminal terminal)
{
    /// <summary>Prints it.</summary>
    public void Show(Infrastructure infrastructure, PipelineSettings settings, IReadOnlyList<WatchedService> services, string environmentFile)
    {
        var topics = new Topics(settings.TopicPrefix);
        terminal.Say();
        terminal.Say("service       process  health                                       start it again");
        foreach (var service in services)
            terminal.Say($"{service.Kind.Name,-12} {service.Process.Id,8}  {ServiceHealth.ReadyAddress(service.Url),-43}  ./pipeline service {service.Kind.Name}");
        terminal.Say();
        terminal.Say($"Kafka            {settings.BootstrapServers}");
        terminal.Say($"                 kcat -b {settings.BootstrapServers} -C -t {topics.Linked.Name} -f '%t/%p@%o %k %h\\n' -e");
        terminal.Say($"Schema Registry  {settings.RegistryUrl}");
        terminal.Say($"Postgres         psql -h 127.0.0.1 -p {infrastructure.Postgres.Port} -U postgres whatsapp     (or ./pipeline sql)");
        terminal.Say($"Redis            redis-cli -p {infrastructure.Redis.Port}");
        terminal.Say($"Settings         set -a; . '{environmentFile}'");
        terminal.Say();
        terminal.Say("Send something:  ./pipeline ingest samples/demo.jsonl");
        terminal.Say("End with Ctrl-C.");
        terminal.Say();
    }
}
