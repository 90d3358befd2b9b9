using System.Diagnostics.Metrics;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>What an operator can see of the resolving without asking.</summary>
[Collection(nameof(Stores))]
public sealed class MetricsTests(Stores stores) : OnStores(stores)
{
    [Fact]
    public async Task Each_end_of_an_event_is_counted_by_its_kind_and_no_label_holds_an_address()
    {
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ResolverMetrics.Meter) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) =>
        {
            var name = instrument.Name + string.Concat(labels.ToArray().Select(label => $" {label.Value}"));
            lock (seen) seen[name] = seen.GetValueOrDefault(name) + value;
        });
        listener.Start();

        await New().RunAsync(
            Message("12025550143@s.whatsapp.net", "A1"),
            Message("82399031480511@lid", "A2", alternate: "972555550101@s.whatsapp.net"),
            Message("82399031480511@lid", "A3", at: 1760000100),
            Message("82399031480511@lid", "A4", alternate: "972555550102@s.whatsapp.net", at: 1760000200),
            Message("82399031480511@lid", "A5", alternate: "972555550103@s.whatsapp.net", at: 1750000000),
            Message("55512345678901@lid", "A6", quoted: "972555550104@s.whatsapp.net"),
            Mapping("4915155501234@lid", "972555550105@s.whatsapp.net"),
            Message("4915155501234@s.whatsapp.net", "A7"));

        lock (seen)
        {
            Assert.Equal((1, 3, 1, 2), (Of("whatsapp_resolved direct"), Of("whatsapp_resolved envelope"), Of("whatsapp_resolved table"), Of("whatsapp_resolved none")));
            Assert.Equal((2, 1, 1), (Of("whatsapp_lid_statements learned"), Of("whatsapp_lid_statements replaced"), Of("whatsapp_lid_statements conflict")));
            Assert.Equal((1, 1, 7), (Of("whatsapp_hints False"), Of("whatsapp_doubts suffix_conflict"), Of("whatsapp_events_read direct message")));
            Assert.Equal(0, Of("whatsapp_lid_as_phone"));
            Assert.Contains("whatsapp_lid_as_phone", seen.Keys);
            Assert.DoesNotContain(seen.Keys, name => name.Any(char.IsAsciiDigit));
        }

        long Of(string name) => seen.GetValueOrDefault(name);
    }

    [Fact]
    public void What_waits_is_measured_now_and_not_summed_up()
    {
        var metrics = Meters.Resolver();
        var measured = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ResolverMetrics.Meter && instrument.IsObservable) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured[instrument.Name] = Math.Max(value, measured.GetValueOrDefault(instrument.Name)));
        listener.Start();

        metrics.SetParked(7, TimeSpan.FromMinutes(3));
        listener.RecordObservableInstruments();
        Assert.Equal((7, 180), (measured["whatsapp_lid_parked"], measured["whatsapp_lid_parked_oldest_seconds"]));
    }
}
