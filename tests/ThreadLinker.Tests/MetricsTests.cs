using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Servers;
using Xunit;
using static Pipeline.ThreadLinker.Tests.Enriched;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>What an operator can see of the linking without asking.</summary>
[Collection(PostgresCollection.Name)]
public sealed class MetricsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task People_conversations_and_merges_are_counted_once_however_often_an_event_comes()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == factory) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) =>
        {
            var name = instrument.Name + string.Concat(labels.ToArray().Select(label => $" {label.Value}"));
            seen[name] = seen.GetValueOrDefault(name) + value;
        });
        listener.Start();
        using var metrics = new LinkerMetrics(factory);
        await using var database = await postgres.MigratedDatabaseAsync();
        var linker = new Linker(database, metrics: metrics);
        Assert.Equal((0, 0), (seen["whatsapp_people_created"], seen["whatsapp_splits"]));

        await linker.RunAsync(Message("a", Person("+972501234567")), Message("b", Person(lid: "82399031480511")));
        for (var time = 0; time < 2; time++) await linker.RunAsync(Message("c", Person("+972501234567", "82399031480511")));

        Assert.Equal((2, 2, 1), (seen["whatsapp_people_created"], seen["whatsapp_conversations_created"], seen["whatsapp_merges lid_and_phone"]));
    }
}
