using System.Diagnostics.Metrics;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Streaming;
using Xunit;
using static Pipeline.Sink.Tests.Linked;

namespace Pipeline.Sink.Tests;

/// <summary>What an operator can see of the storing without asking.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener listener;
    private readonly Dictionary<string, List<double>> seen = [];

    public MetricsTests()
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == factory) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();
    }

    public void Dispose()
    {
        listener.Dispose();
        services.Dispose();
    }

    [Fact]
    public void A_phone_with_the_digits_of_the_LID_it_came_with_is_counted()
    {
        using var metrics = New();
        Assert.Equal(0, Sum("whatsapp_lid_as_phone"));
        Count(metrics, Message(1, "A1", phone: Phone, lid: Lid), Message(1, "A2", phone: null, lid: Lid), Message(1, "A3", phone: Phone));
        Assert.Equal(0, Sum("whatsapp_lid_as_phone"));

        Count(metrics, Message(1, "A4", phone: "+" + Lid, lid: Lid));
        Assert.Equal(1, Sum("whatsapp_lid_as_phone"));
    }

    [Fact]
    public void The_time_from_receipt_to_commit_is_measured_of_messages_that_are_new()
    {
        using var metrics = New();
        var message = Message(1, "A1");
        message.ReceivedAt = Timestamp.FromDateTime(At(0));
        metrics.CountStored(Inputs(message, message), [Outcome.Done, SinkOutcomes.Duplicate]);

        Assert.Equal([90], seen["whatsapp_end_to_end_latency"]);
        Assert.Equal(1, Sum("whatsapp_messages_stored"));
    }

    [Fact]
    public void A_time_of_receipt_that_cannot_be_is_left_out()
    {
        using var metrics = New();
        var message = Message(1, "A1");
        message.ReceivedAt = new Timestamp { Seconds = long.MaxValue };
        Count(metrics, message);

        Assert.Equal(1, Sum("whatsapp_messages_stored"));
        Assert.DoesNotContain("whatsapp_end_to_end_latency", seen.Keys);
    }

    private static void Count(SinkMetrics metrics, params LinkedEvent[] stored) => metrics.CountStored(Inputs(stored), [.. stored.Select(_ => Outcome.Done)]);

    private static IReadOnlyList<Input<LinkedEvent>> Inputs(params LinkedEvent[] events) => Store.BatchOf(events, 0).Inputs;

    private SinkMetrics New() => new(services.GetRequiredService<IMeterFactory>(), new StandingClock(At(90)));

    private double Sum(string name) => seen[name].Sum();

    private void Add(string name, double value)
    {
        if (!seen.TryGetValue(name, out var values)) seen[name] = values = [];
        values.Add(value);
    }

    private sealed class StandingClock(DateTime now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(now);
    }
}
