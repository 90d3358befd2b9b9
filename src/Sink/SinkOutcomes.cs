using System.Collections.Frozen;
using Pipeline.Streaming;

namespace Pipeline.Sink;

/// <summary>How the Sink answers for what it did not store as a message. The reasons are counted, see <c>whatsapp.records.skipped</c>.</summary>
public static class SinkOutcomes
{
    private static readonly FrozenDictionary<string, Outcome> Updates =
        ((string[])["reaction", "edit", "revoke", "delete", "poll_vote", "receipt"])
        .ToFrozenDictionary(change => change, Outcome (change) => new Outcome.Skip(change));

    /// <summary>The message was there already; what the new copy knew better has been taken over.</summary>
    public static Outcome Duplicate { get; } = new Outcome.Skip("duplicate");

    /// <summary>Conversations were joined.</summary>
    public static Outcome Merge { get; } = new Outcome.Skip("merge");

    /// <summary>A conversation was taken apart.</summary>
    public static Outcome Split { get; } = new Outcome.Skip("split");

    /// <summary>A phone was told; messages that had passed without it have it now.</summary>
    public static Outcome Phone { get; } = new Outcome.Skip("phone");

    /// <summary>An update was applied, or is kept for a message that has not come yet.</summary>
    public static Outcome Of(string change) => Updates[change];

    /// <summary>The answer to a batch that had no effect, because something in it was rejected: the rest is asked for again.</summary>
    /// <param name="entries">The batch.</param>
    /// <param name="eventIds">The event id of each entry, for the dead letters.</param>
    public static IReadOnlyList<Outcome> OfRejected(IReadOnlyList<SinkEntry> entries, IReadOnlyList<string> eventIds) =>
        [.. entries.Select((entry, at) => entry is SinkEntry.Unusable bad ? new Outcome.Reject(bad.Reason, bad.Detail, eventIds[at]) : Outcome.Done)];
}
