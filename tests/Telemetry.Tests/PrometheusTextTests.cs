using System.Diagnostics.Metrics;

namespace Pipeline.Telemetry.Tests;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly Instruments tried = new();

    public void Dispose() => tried.Dispose();

    [Fact]
    public void A_counter_is_written_with_help_type_and_total()
    {
        tried.Meter.CreateCounter<long>("tried.sent.messages", "{message}", "Records that were sent.").Add(3, new KeyValuePair<string, object?>("messaging.destination.name", "whatsapp.raw.v1"));
        Assert.Equal(
            [
                "# HELP tried_sent_messages_total Records that were sent.",
                "# TYPE tried_sent_messages_total counter",
                "tried_sent_messages_total{messaging_destination_name=\"whatsapp.raw.v1\"} 3",
            ],
            tried.Lines("tried_sent_messages"));
    }

    [Fact]
    public void A_histogram_has_rising_buckets_up_to_infinity_its_sum_and_its_count()
    {
        var took = tried.Meter.CreateHistogram("tried.duration", "s", "Time.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var seconds in new[] { 0.05, 0.5, 0.5, 30 }) took.Record(seconds);
        Assert.Equal(
            [
                "# HELP tried_duration_seconds Time.",
                "# TYPE tried_duration_seconds histogram",
                "tried_duration_seconds_bucket{le=\"0.1\"} 1",
                "tried_duration_seconds_bucket{le=\"1\"} 3",
                "tried_duration_seconds_bucket{le=\"+Inf\"} 4",
                "tried_duration_seconds_sum 31.05",
                "tried_duration_seconds_count 4",
            ],
            tried.Lines("tried_duration"));
    }

    [Theory]
    [InlineData("whatsapp_lid_parked_oldest_seconds", "s", false, "whatsapp_lid_parked_oldest_seconds")]
    [InlineData("whatsapp.time.lag", "s", false, "whatsapp_time_lag_seconds")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", true, "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("kafka_consumergroup_lag", "{record}", false, "kafka_consumergroup_lag")]
    [InlineData("whatsapp.things", "1", true, "whatsapp_things_total")]
    [InlineData("already_total", "", true, "already_total")]
    [InlineData("9.lives", "", false, "_9_lives")]
    public void A_name_gets_underscores_its_unit_and_total_once(string name, string unit, bool isCounter, string written) =>
        Assert.Equal(written, PrometheusNames.OfMetric(name, unit, isCounter));

    [Fact]
    public void What_would_break_a_line_is_escaped()
    {
        tried.Meter.CreateCounter<long>("tried.escapes", null, "One\\two\nthree").Add(1, new KeyValuePair<string, object?>("an.odd label", "a\"b\\c\nd"));
        Assert.Equal(
            ["# HELP tried_escapes_total One\\\\two\\nthree", "# TYPE tried_escapes_total counter", "tried_escapes_total{an_odd_label=\"a\\\"b\\\\c\\nd\"} 1"],
            tried.Lines("tried_escapes"));
    }

    [Fact]
    public void A_gauge_that_is_no_longer_reported_is_absent()
    {
        List<Measurement<long>> held = [new(5, new KeyValuePair<string, object?>("partition", 0)), new(7, new KeyValuePair<string, object?>("partition", 1))];
        tried.Meter.CreateObservableGauge("tried_lag", () => held);
        Assert.Equal(["tried_lag{partition=\"0\"} 5", "tried_lag{partition=\"1\"} 7"], tried.Lines("tried_lag{"));

        held.RemoveAt(0);
        Assert.Equal(["tried_lag{partition=\"1\"} 7"], tried.Lines("tried_lag{"));
    }

    [Fact]
    public void Two_services_in_one_process_do_not_mix()
    {
        using var other = new Instruments();
        other.Meter.CreateCounter<long>("tried.mixed").Add(1);
        tried.Meter.CreateCounter<long>("tried.mixed").Add(2);
        Assert.Equal(["tried_mixed_total 2"], Samples(tried));
        Assert.Equal(["tried_mixed_total 1"], Samples(other));

        static IEnumerable<string> Samples(Instruments of) => of.Lines("tried_mixed_total").Where(line => !line.StartsWith('#'));
    }

    [Fact]
    public void One_name_stands_under_one_type()
    {
        tried.Meter.CreateObservableGauge("tried_twice", () => 1L);
        tried.Meter.CreateHistogram<double>("tried.twice").Record(1);
        Assert.Single(tried.Lines("tried_twice"), line => line.StartsWith("# TYPE", StringComparison.Ordinal));
    }
}
