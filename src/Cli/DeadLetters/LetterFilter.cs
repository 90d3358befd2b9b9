using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Replaying;
using Pipeline.Contracts;

namespace Pipeline.Cli.DeadLetters;

/// <summary>Which dead letters. What is left out means all.</summary>
/// <param name="Topic">The topic they were set aside from, or its dead-letter topic.</param>
/// <param name="Reason">The reason.</param>
/// <param name="Business">The business.</param>
/// <param name="From">Failed at this time or later.</param>
/// <param name="To">Failed before this time.</param>
internal sealed record LetterFilter(string? Topic, string? Reason, long? Business, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>Whether a letter is one of them.</summary>
    public bool Takes(Letter letter) =>
        (Topic is null || letter.SourceTopic == Topic || letter.Position.Topic == Topic)
        && (Reason is null || letter.Reason == Reason)
        && (Business is null || letter.Business == Business)
        && (From is null || letter.FailedAt >= From)
        && (To is null || letter.FailedAt < To);

    /// <summary>The options of the filter.</summary>
    internal sealed class Options
    {
        private readonly Option<string?> topic = Text("--topic", "Set aside from this topic, for example whatsapp.raw.v1.", "T");
        private readonly Option<string?> reason = Text("--reason", "Set aside for this reason.", "CODE");
        private readonly Option<string?> business = Text("--business", "Of this business.", "N");
        private readonly Option<string?> from = Text("--from", $"Failed at this time or later, {ReplayTime.Form}; UTC when it names no zone.", "TIME");
        private readonly Option<string?> to = Text("--to", "Failed before this time.", "TIME");

        /// <summary>The options, for the command.</summary>
        public Symbol[] Symbols => [topic, reason, business, from, to];

        /// <summary>What was given.</summary>
        /// <exception cref="PipelineException">A value cannot be read.</exception>
        public LetterFilter Given(ParseResult parsed)
        {
            long? number = null;
            if (parsed.GetValue(business) is { } text)
            {
                if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given)) throw new PipelineException("--business is a whole number.", exitCode: ExitCode.Usage);
                number = given;
            }
            DateTimeOffset? begin = parsed.GetValue(from) is { } first ? ReplayTime.Parse(first, "--from") : null;
            DateTimeOffset? end = parsed.GetValue(to) is { } last ? ReplayTime.Parse(last, "--to") : null;
            return new LetterFilter(parsed.GetValue(topic), parsed.GetValue(reason), number, begin, end);
        }

        private static Option<string?> Text(string name, string description, string value) => new(name) { Description = description, HelpName = value };
    }

    /// <summary>The dead-letter topics to look into.</summary>
    /// <exception cref="PipelineException">The topic is none of the pipeline's.</exception>
    public IReadOnlyList<string> LetterTopics(Topics topics)
    {
        var all = topics.All.Select(topic => topic.Name + Topics.DeadLetterSuffix).ToList();
        if (Topic is null) return all;
        return all.Find(name => name == Topic || name == Topic + Topics.DeadLetterSuffix) is { } one
            ? [one]
            : throw new PipelineException($"'{Topic}' is none of the pipeline's topics.", "They are: " + string.Join(", ", topics.All.Select(topic => topic.Name)), ExitCode.Usage);
    }
}
