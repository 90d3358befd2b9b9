using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Dashboards.Tests;

/// <summary>The files under <c>deploy/</c>, as they are shipped.</summary>
internal static partial class Shipped
{
    public static string PrometheusFile { get; } = PathOf("prometheus/prometheus.yml");

    public static string AlertsFile { get; } = PathOf("prometheus/alerts.yml");

    public static TheoryData<string> Dashboards => new(Directory.GetFiles(PathOf("grafana/dashboards"), "*.json").Select(Path.GetFileName).Order()!);

    /// <summary>The shipped scrape configuration with other addresses and a shorter breath. A service without an address is left without targets.</summary>
    public static string Configuration(IReadOnlyDictionary<string, string> urls)
    {
        var text = File.ReadAllText(PrometheusFile).Replace("15s", "1s", StringComparison.Ordinal).Replace("\"kafka-exporter:9308\"", "", StringComparison.Ordinal);
        return NamedByDns().Replace(text, found => $"static_configs: [{{ targets: [\"{new Uri(urls[found.Groups[1].Value]).Authority}\"] }}]");
    }

    public static JsonElement Dashboard(string file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(PathOf("grafana/dashboards/" + file)));

    /// <summary>Every query of a dashboard, as Grafana would ask it with everything chosen.</summary>
    public static IEnumerable<(string Panel, string Query)> Queries(JsonElement dashboard) =>
        from panel in dashboard.GetProperty("panels").EnumerateArray()
        from target in panel.GetProperty("targets").EnumerateArray()
        select (panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!
            .Replace("$__rate_interval", "30s", StringComparison.Ordinal).Replace("$group", ".*", StringComparison.Ordinal).Replace("$topic", ".*", StringComparison.Ordinal));

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "deploy", file);

    [GeneratedRegex(@"dns_sd_configs: \[\{ names: \[(\w+)\][^\n]*")]
    private static partial Regex NamedByDns();
}
