using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Telemetry.Tests;

// The variables belong to the whole process.
[CollectionDefinition("environment", DisableParallelization = true)]
public sealed class EnvironmentCollection;

[Collection("environment")]
public sealed class OtlpTests
{
    [Fact]
    public async Task Metrics_and_traces_are_sent_where_the_standard_variable_says_under_the_name_it_gives()
    {
        await using var collector = await Collector.StartAsync();
        using (new Variables(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", "named-by-environment")))
            await WorkAsync();

        Assert.Contains("named-by-environment", collector.Received["/v1/metrics"]);
        Assert.Contains("tried.work", collector.Received["/v1/metrics"]);
        Assert.Contains("named-by-environment", collector.Received["/v1/traces"]);
        Assert.Contains("a piece of work", collector.Received["/v1/traces"]);
    }

    [Fact]
    public async Task One_signal_alone_can_be_sent()
    {
        await using var collector = await Collector.StartAsync();
        using (new Variables(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_TRACES_EXPORTER", "none")))
            await WorkAsync();
        Assert.Equal(["/v1/metrics"], collector.Received.Keys);
        Assert.Contains("tried", collector.Received["/v1/metrics"]);
    }

    [Fact]
    public async Task Nothing_is_sent_and_nothing_traced_without_it()
    {
        using var instruments = new Instruments();
        using var source = new ActivitySource("Pipeline.Tried");
        Assert.False(source.HasListeners());
        await instruments.Telemetry.StopAsync(default);
    }

    private static async Task WorkAsync()
    {
        using var instruments = new Instruments();
        using var source = new ActivitySource("Pipeline.Tried");
        instruments.Meter.CreateCounter<long>("tried.work").Add(1);
        source.StartActivity("a piece of work")?.Dispose();
        await instruments.Telemetry.StopAsync(default);
    }

    private sealed class Variables : IDisposable
    {
        private readonly string[] names;

        public Variables(params (string Name, string Value)[] set)
        {
            names = [.. set.Select(one => one.Name)];
            foreach (var (name, value) in set) Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose()
        {
            foreach (var name in names) Environment.SetEnvironmentVariable(name, null);
        }
    }

    /// <summary>Takes OTLP over HTTP; protobuf keeps text as it is, so what was sent can be looked for.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentDictionary<string, string> Received { get; } = new();

        public string Url => app.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            await collector.ListenAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private Task ListenAsync()
        {
            app.Run(async request =>
            {
                using var body = new MemoryStream();
                await request.Request.Body.CopyToAsync(body);
                Received.AddOrUpdate(request.Request.Path, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
                request.Response.ContentType = "application/x-protobuf";
            });
            return app.StartAsync();
        }
    }
}
