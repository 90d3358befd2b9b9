using System.ComponentModel.DataAnnotations;

namespace Pipeline.Streaming;

/// <summary>What a service measures by itself (section <c>Metrics</c>).</summary>
public sealed class MetricsOptions
{
    /// <summary>How often the lag is measured. Between two measurements <c>/metrics</c> answers with the last one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LagInterval { get; set; } = TimeSpan.FromSeconds(5);
}
