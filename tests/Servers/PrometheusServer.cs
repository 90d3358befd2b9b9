using System.Text.Json;

namespace Pipeline.Servers;

/// <summary>The <c>prometheus</c> of the operating system on a free port of the loopback interface, with a configuration in a folder of its own.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("prometheus-");
    private readonly HttpClient http = new();
    private ServerProcess process = null!;

    private PrometheusServer()
    {
    }

    /// <summary>Where it answers.</summary>
    public string Url { get; } = $"http://127.0.0.1:{LocalMachine.FreePort()}";

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="configuration">The text of <c>prometheus.yml</c>.</param>
    /// <param name="rules">Files that the configuration names, to lie beside it.</param>
    public static async Task<PrometheusServer> StartAsync(string configuration, params string[] rules)
    {
        var server = new PrometheusServer();
        var file = Path.Combine(server.folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(file, configuration);
        foreach (var rule in rules) File.Copy(rule, Path.Combine(server.folder.FullName, Path.GetFileName(rule)));
        server.process = await ServerProcess.StartAsync("TERM",
        [
            LocalMachine.Find("prometheus", "prometheus"), "--config.file=" + file, "--storage.tsdb.path=" + Path.Combine(server.folder.FullName, "data"),
            "--web.listen-address=" + new Uri(server.Url).Authority, "--log.level=error",
        ]);
        await LocalMachine.WaitUntilAsync(server.IsReadyAsync, StartLimit, () => $"Prometheus did not start: {server.process.Said}");
        return server;
    }

    /// <summary>Has Prometheus's own tool read a configuration and the rules that it names.</summary>
    /// <exception cref="InvalidOperationException">It found a fault.</exception>
    public static Task CheckAsync(string configurationFile) => LocalMachine.RunAsync(LocalMachine.Find("promtool", "prometheus"), "check", "config", configurationFile);

    /// <summary>What a query answers now: one entry for each series.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string query)
    {
        using var answer = await http.GetAsync($"{Url}/api/v1/query?query={Uri.EscapeDataString(query)}");
        var body = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{query}: {body.GetProperty("error").GetString()}");
        return [.. body.GetProperty("data").GetProperty("result").EnumerateArray()];
    }

    /// <summary>The alerts of the rule files with their expressions, and whether each fires.</summary>
    public async Task<IReadOnlyList<(string Name, string Expression, bool Fires)>> AlertsAsync()
    {
        var body = JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync($"{Url}/api/v1/rules?type=alert"));
        return
        [
            .. body.GetProperty("data").GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("rules").EnumerateArray())
                .Select(rule => (rule.GetProperty("name").GetString()!, rule.GetProperty("query").GetString()!, rule.GetProperty("state").GetString() == "firing")),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await process.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await http.GetAsync(Url + "/-/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
