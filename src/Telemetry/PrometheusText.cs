using System.Globalization;
using System.Text;

namespace Pipeline.Telemetry;

/// <summary>
/// Prometheus's text format, version 0.0.4. Samples of one name stand together below one HELP and one TYPE, however many instruments
/// they come from; a second type under the same name is left out, because Prometheus would refuse the whole answer.
/// </summary>
internal sealed class PrometheusText
{
    /// <summary>What the answer is declared as.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Dictionary<string, Family> families = new(StringComparer.Ordinal);

    /// <summary>Begins or goes on with the samples of a name.</summary>
    /// <returns>Null when the name is in use with another type.</returns>
    public Family? Of(string name, string type, string help)
    {
        if (!families.TryGetValue(name, out var family)) families[name] = family = new Family(name, type, help);
        return family.Type == type ? family : null;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var family in families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            if (family.Samples.Length == 0) continue;
            if (family.Help.Length > 0) text.Append("# HELP ").Append(family.Name).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type).Append('\n').Append(family.Samples);
        }
        return text.ToString();
    }

    /// <summary>The labels of a sample in the order of their names, without braces; empty when there are none.</summary>
    public static string Labels(IEnumerable<KeyValuePair<string, object?>> labels) =>
        string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{PrometheusNames.OfLabel(label.Key)}=\"{EscapeLabel(WordOf(label.Value))}\""));

    private static string WordOf(object? value) => value switch
    {
        null => "",
        bool isTrue => isTrue ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string NumberOf(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string EscapeHelp(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) => EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>The samples of one name.</summary>
    internal sealed class Family(string name, string type, string help)
    {
        public string Name => name;

        public string Type => type;

        public string Help => help;

        public StringBuilder Samples { get; } = new();

        /// <summary>One number.</summary>
        public void Add(string labels, double value) => Line("", labels, NumberOf(value));

        /// <summary>One number that may be too large for a double.</summary>
        public void Add(string labels, long value) => Line("", labels, value.ToString(CultureInfo.InvariantCulture));

        /// <summary>One histogram.</summary>
        /// <param name="labels">Its labels.</param>
        /// <param name="buckets">Upper bound of each bucket and what is in it alone; the last bound is infinity.</param>
        /// <param name="sum">Sum of all that was recorded.</param>
        public void Add(string labels, IEnumerable<(double UpTo, long Count)> buckets, double sum)
        {
            var before = labels.Length > 0 ? labels + "," : "";
            var count = 0L;
            foreach (var (upTo, inBucket) in buckets)
            {
                count += inBucket;
                Line("_bucket", $"{before}le=\"{NumberOf(upTo)}\"", count.ToString(CultureInfo.InvariantCulture));
            }
            Line("_sum", labels, NumberOf(sum));
            Line("_count", labels, count.ToString(CultureInfo.InvariantCulture));
        }

        private void Line(string suffix, string labels, string value)
        {
            Samples.Append(name).Append(suffix);
            if (labels.Length > 0) Samples.Append('{').Append(labels).Append('}');
            Samples.Append(' ').Append(value).Append('\n');
        }
    }
}
