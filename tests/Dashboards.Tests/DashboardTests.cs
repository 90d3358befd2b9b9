using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Servers;

namespace Pipeline.Dashboards.Tests;

/// <summary>Every query of every shipped dashboard and alert, asked of a running pipeline: what answers nothing where it should is a fault.</summary>
public sealed partial class DashboardTests(WatchedPipeline watched) : IClassFixture<WatchedPipeline>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    // What must be empty while nothing is wrong, and why.
    private static readonly Dictionary<string, string> Empty = new()
    {
        ["Batches tried again"] = "Kafka, Postgres and the code are well",
        ["Redis calls that did not help"] = "Redis is well",
    };

    public static TheoryData<string> Dashboards => Shipped.Dashboards;

    [Theory]
    [MemberData(nameof(Dashboards))]
    public async Task Every_query_of_a_dashboard_answers(string file)
    {
        var open = Shipped.Queries(Shipped.Dashboard(file)).Where(query => !Empty.ContainsKey(query.Panel)).ToList();
        var all = open.Count;
        Assert.NotEqual(0, all);
        await UntilAsync(
            async () =>
            {
                foreach (var query in open.ToList())
                    if ((await watched.Prometheus.QueryAsync(query.Query)).Any(IsNumber)) open.Remove(query);
                return open.Count == 0;
            },
            () => string.Join('\n', open.Select(query => $"{file}, {query.Panel}: nothing answers {query.Query}")));
        Figures.Say($"Dashboard {file}: {all} queries, all answered by Prometheus.");
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public async Task What_is_empty_because_all_is_well_can_be_asked_all_the_same(string file)
    {
        foreach (var (panel, query) in Shipped.Queries(Shipped.Dashboard(file)).Where(query => Empty.ContainsKey(query.Panel)))
            Assert.True((await watched.Prometheus.QueryAsync(query)).Count == 0, $"{panel} is not empty, although {Empty[panel]}");
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public async Task The_variables_of_a_dashboard_have_values(string file)
    {
        var dashboard = Shipped.Dashboard(file);
        Assert.Equal("30s", dashboard.GetProperty("refresh").GetString());
        var variables = dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().ToList();
        Assert.Equal(["datasource", "group", "topic"], variables.Select(variable => variable.GetProperty("name").GetString()));
        foreach (var variable in variables.Skip(1))
        {
            var parts = LabelValues().Match(variable.GetProperty("definition").GetString()!).Groups;
            await UntilAsync(
                async () => (await watched.Prometheus.QueryAsync($"count by ({parts[2].Value}) ({parts[1].Value})")).Count > 0,
                () => $"{file}: ${variable.GetProperty("name").GetString()} has no values");
        }
    }

    [Fact]
    public async Task Every_alert_asks_for_something_that_is_there()
    {
        var open = (await watched.Prometheus.AlertsAsync()).Where(alert => alert.Name != "ServiceAbsent").ToList();
        var all = open.Count;
        await UntilAsync(
            async () =>
            {
                foreach (var alert in open.ToList())
                    if ((await watched.Prometheus.QueryAsync(WithoutThresholds(alert.Expression))).Any(IsNumber)) open.Remove(alert);
                return open.Count == 0;
            },
            () => string.Join('\n', open.Select(alert => $"{alert.Name}: nothing answers {WithoutThresholds(alert.Expression)}")));
        Figures.Say($"Alerts: {all} expressions without their thresholds, all answered by Prometheus.");
    }

    [Fact]
    public async Task A_dead_letter_raises_its_alert_and_what_is_well_raises_none()
    {
        await UntilAsync(async () => (await watched.Prometheus.AlertsAsync()).Any(alert => alert is { Name: "DeadLetters", Fires: true }), () => "No alert for the dead letters");
        var fires = (await watched.Prometheus.AlertsAsync()).Where(alert => alert.Fires).Select(alert => alert.Name).ToHashSet();
        Assert.DoesNotContain("LidAsPhone", fires);
        Assert.DoesNotContain("ServiceAbsent", fires);
        Assert.DoesNotContain("LagSeconds", fires);
    }

    [Fact]
    public Task Prometheus_reads_the_shipped_configuration_and_rules() => PrometheusServer.CheckAsync(Shipped.PrometheusFile);

    [Fact]
    public async Task No_label_holds_a_phone_a_LID_or_a_business()
    {
        using var http = new HttpClient();
        foreach (var url in watched.Run.Urls.Values)
        {
            var labels = LabelValue().Matches(await http.GetStringAsync(url + "/metrics"));
            Assert.DoesNotContain(labels, label => LongNumber().IsMatch(label.Groups[2].Value) || label.Groups[2].Value.Contains('@', StringComparison.Ordinal));
            Assert.DoesNotContain(labels, label => label.Groups[1].Value.Contains("business", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task Every_metric_stands_in_the_manual()
    {
        var manual = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "metrics.md"));
        using var http = new HttpClient();
        foreach (var url in watched.Run.Urls.Values)
            foreach (Match metric in Named().Matches(await http.GetStringAsync(url + "/metrics")))
                Assert.Contains($"`{metric.Groups[1].Value}`", manual, StringComparison.Ordinal);
    }

    private static bool IsNumber(JsonElement series) => series.GetProperty("value")[1].GetString() is { } value && value != "NaN";

    // A comparison with a number is a threshold; what is compared has to be there.
    private static string WithoutThresholds(string expression) => Threshold().Replace(expression, "");

    private static async Task UntilAsync(Func<Task<bool>> question, Func<string> otherwise)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (!await question())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, otherwise());
            await pace.WaitForNextTickAsync();
        }
    }

    [GeneratedRegex(@"\s*(==|!=|>=|<=|>|<)\s*[0-9][0-9.]*")]
    private static partial Regex Threshold();

    [GeneratedRegex(@"^label_values\((\w+), (\w+)\)$")]
    private static partial Regex LabelValues();

    [GeneratedRegex("([a-z_]+)=\"([^\"]*)\"")]
    private static partial Regex LabelValue();

    // .NET's own are explained by .NET.
    [GeneratedRegex(@"^# TYPE ((?!dotnet_)\w+)", RegexOptions.Multiline)]
    private static partial Regex Named();

    [GeneratedRegex(@"[0-9]{7}")]
    private static partial Regex LongNumber();
}
