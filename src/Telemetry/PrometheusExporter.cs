using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Pipeline.Telemetry;

/// <summary>Collects all instruments when it is asked, and puts them into Prometheus's words.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private static readonly TimeSpan CollectLimit = TimeSpan.FromSeconds(5);

    private readonly Lock collecting = new();
    private PrometheusText text = new();

    /// <inheritdoc/>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>What <c>/metrics</c> answers now; null when the instruments could not be read.</summary>
    public string? Read()
    {
        lock (collecting)
        {
            text = new PrometheusText();
            return Collect?.Invoke((int)CollectLimit.TotalMilliseconds) == true ? text.ToString() : null;
        }
    }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (var metric in batch) Write(metric);
        return ExportResult.Success;
    }

    private void Write(Metric metric)
    {
        var isCounter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var isHistogram = metric.MetricType == MetricType.Histogram;
        // Exponential histograms are made by nobody here, and version 0.0.4 has no form for them.
        if (metric.MetricType == MetricType.ExponentialHistogram) return;

        var name = PrometheusNames.OfMetric(metric.Name, metric.Unit, isCounter);
        if (text.Of(name, isCounter ? "counter" : isHistogram ? "histogram" : "gauge", metric.Description) is not { } family) return;
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = PrometheusText.Labels(LabelsOf(point));
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    family.Add(labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    family.Add(labels, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    family.Add(labels, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    family.Add(labels, point.GetGaugeLastValueDouble());
                    break;
                case MetricType.Histogram:
                    family.Add(labels, BucketsOf(point), point.GetHistogramSum());
                    break;
            }
        }
    }

    private static List<KeyValuePair<string, object?>> LabelsOf(in MetricPoint point)
    {
        var labels = new List<KeyValuePair<string, object?>>(point.Tags.Count);
        foreach (var tag in point.Tags) labels.Add(tag);
        return labels;
    }

    private static List<(double UpTo, long Count)> BucketsOf(in MetricPoint point)
    {
        var buckets = new List<(double, long)>();
        foreach (var bucket in point.GetHistogramBuckets()) buckets.Add((bucket.ExplicitBound, bucket.BucketCount));
        return buckets;
    }
}
