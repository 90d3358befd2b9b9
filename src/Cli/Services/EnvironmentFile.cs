using System.Globalization;
using System.Text;
using Pipeline.Cli.Embedded;

namespace Pipeline.Cli.Services;

/// <summary>
/// The settings of a running <c>pipeline up</c>, written where other commands find them. A shell can read it too:
/// <c>set -a; . .data/up/environment</c>. Readable by its owner only, because it holds the signing key.
/// </summary>
internal static class EnvironmentFile
{
    private const string ProcessKey = "PIPELINE_UP_PID";
    private const string BeganKey = "PIPELINE_UP_BEGAN";

    /// <summary>Writes the file.</summary>
    public static void Write(string file, PipelineSettings settings)
    {
        var lines = new Dictionary<string, string>
        {
            [ProcessKey] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            [BeganKey] = ProcessAge.Of(Environment.ProcessId)?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["Kafka__BootstrapServers"] = settings.BootstrapServers,
            ["Kafka__MaxDownstreamBytes"] = PipelineSettings.EmbeddedDownstreamBytes.ToString(CultureInfo.InvariantCulture),
            ["Topics__Prefix"] = settings.TopicPrefix,
            ["SchemaRegistry__Url"] = settings.RegistryUrl,
            ["ConnectionStrings__Postgres"] = settings.Postgres,
            ["ConnectionStrings__Redis"] = settings.Redis,
            ["Postgres__Schema"] = settings.Schema,
            ["Ingestor__SigningKey"] = settings.SigningKey,
        };
        foreach (var (service, url) in settings.Urls) lines[UrlKey(service)] = url;

        var text = new StringBuilder();
        foreach (var (key, value) in lines) text.Append(key).Append("='").Append(value.Replace("'", "'\\''", StringComparison.Ordinal)).Append("'\n");
        PrivateFile.Write(file, text.ToString());
    }

    /// <summary>The settings of the <c>up</c> that runs now and its process number, or null when none does.</summary>
    public static (PipelineSettings Settings, int ProcessId)? ReadOfRunning(string file)
    {
        if (!File.Exists(file)) return null;
        var lines = File.ReadLines(file)
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1].Trim('\'').Replace("'\\''", "'", StringComparison.Ordinal));

        // The number alone may by now belong to somebody else.
        if (!int.TryParse(lines.GetValueOrDefault(ProcessKey), out var pid)
            || ProcessAge.Of(pid)?.ToString(CultureInfo.InvariantCulture) != lines.GetValueOrDefault(BeganKey)) return null;
        return (new PipelineSettings
        {
            BootstrapServers = lines["Kafka__BootstrapServers"],
            TopicPrefix = lines["Topics__Prefix"],
            RegistryUrl = lines["SchemaRegistry__Url"],
            Postgres = lines["ConnectionStrings__Postgres"],
            Redis = lines["ConnectionStrings__Redis"],
            Schema = lines["Postgres__Schema"],
            SigningKey = lines["Ingestor__SigningKey"],
            Urls = ServiceKind.All.ToDictionary(service => service.Name, service => lines[UrlKey(service.Name)]),
        }, pid);
    }

    private static string UrlKey(string service) => $"PIPELINE_{service.ToUpperInvariant()}_URL";
}
