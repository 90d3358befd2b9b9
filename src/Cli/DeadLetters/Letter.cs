using System.Globalization;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Cli.DeadLetters;

/// <summary>A dead letter as an operator sees it.</summary>
/// <param name="Record">The record.</param>
/// <param name="Headers">What its headers say.</param>
internal sealed record Letter(StoredRecord Record, DeadLetterHeaders Headers)
{
    /// <summary>Where it lies, in the dead-letter topic.</summary>
    public Position Position => Record.Position;

    /// <summary>The topic it was set aside from: as the headers say; else by the name of the dead-letter topic.</summary>
    public string SourceTopic => Headers.Topic ?? (Position.Topic.EndsWith(Topics.DeadLetterSuffix, StringComparison.Ordinal) ? Position.Topic[..^Topics.DeadLetterSuffix.Length] : "");

    /// <summary>When it failed; without a word of it, when it was written.</summary>
    public DateTimeOffset FailedAt => Headers.FailedAt ?? Record.Timestamp;

    /// <summary>The reason, in one word.</summary>
    public string Reason => Headers.Reason.Length > 0 ? Headers.Reason : "unknown";

    /// <summary>Who set it aside.</summary>
    public string Service => Headers.Service.Length > 0 ? Headers.Service : "-";

    /// <summary>The business, from the key or else from CloudEvents' source; null when neither names one.</summary>
    public long? Business => BusinessOf(Record);

    /// <summary>The business of any record of the pipeline.</summary>
    public static long? BusinessOf(StoredRecord record)
    {
        var key = record.Key is null ? "" : Encoding.UTF8.GetString(record.Key);
        if (long.TryParse(key.Split('|')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var business)) return business;
        const string Source = "/whatsapp/";
        return record.TextOf(HeaderNames.CloudEventSource) is { } source && source.StartsWith(Source, StringComparison.Ordinal)
            && long.TryParse(source.AsSpan(Source.Length), NumberStyles.None, CultureInfo.InvariantCulture, out business) ? business : null;
    }
}
