using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Pipeline.Benchmarks;

/// <summary>The mean time turned round: how many messages one core gets through in a second.</summary>
internal sealed class MessagesPerSecond : IColumn
{
    public string Id => nameof(MessagesPerSecond);

    public string ColumnName => "Messages/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Messages per second on one core (1 s / Mean)";

    /// <summary>Null when the case has no result.</summary>
    public static double? Of(Summary summary, BenchmarkCase benchmark) => summary[benchmark]?.ResultStatistics is { Mean: > 0 } statistics ? 1e9 / statistics.Mean : null;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => Of(summary, benchmarkCase) is { } rate ? rate.ToString("N0") : "?";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
}
