using System.Text;

namespace Pipeline.Telemetry;

/// <summary>How OpenTelemetry's names are written in Prometheus: letters, digits and underscores, the unit and <c>_total</c> at the end.</summary>
internal static class PrometheusNames
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["By"] = "bytes",
        ["%"] = "percent",
        ["1"] = "ratio",
    };

    /// <summary>The name of a metric.</summary>
    /// <param name="name">The instrument's name, for example <c>messaging.process.duration</c>.</param>
    /// <param name="unit">Its unit by UCUM, for example <c>s</c>; what stands in braces is a remark and no unit.</param>
    /// <param name="isCounter">True for what only rises.</param>
    public static string OfMetric(string name, string unit, bool isCounter)
    {
        var text = Plain(name);
        if (isCounter && text.EndsWith("_total", StringComparison.Ordinal)) text = text[..^"_total".Length];
        // A ratio is said of gauges only; of a counter, 1 means “things”.
        if (Units.TryGetValue(unit, out var word) && !(isCounter && unit == "1") && !text.EndsWith("_" + word, StringComparison.Ordinal)) text += "_" + word;
        return isCounter ? text + "_total" : text;
    }

    /// <summary>The name of a label.</summary>
    public static string OfLabel(string name) => Plain(name);

    private static string Plain(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) text.Append('_');
        foreach (var letter in name) text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        return text.ToString();
    }
}
