using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Cli.Explain;

/// <summary>How looking through the raw topic ended.</summary>
internal enum RawSearchEnd
{
    /// <summary>Everything was looked at.</summary>
    Complete,

    /// <summary>The time was up first.</summary>
    OutOfTime,

    /// <summary>Kafka did not answer.</summary>
    Unreachable,
}

/// <summary>What was found on the raw topic.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="End">How it ended.</param>
/// <param name="Looked">Records that were looked at, of all businesses.</param>
/// <param name="Held">Records the topic held.</param>
/// <param name="Events">What was found, in the order of the topic.</param>
internal sealed record RawSearch(string Topic, RawSearchEnd End, long Looked, long Held, IReadOnlyList<FoundEvent> Events)
{
    /// <summary>Kafka did not answer.</summary>
    public static RawSearch Unreachable(string topic) => new(topic, RawSearchEnd.Unreachable, 0, 0, []);
}

/// <summary>A record of the raw topic, and what the Resolver reads in it.</summary>
internal sealed record FoundEvent
{
    /// <summary>Where it lies.</summary>
    public required Position Position { get; init; }

    /// <summary>Its envelope; null when the bytes are no raw event.</summary>
    public required RawEvent? Raw { get; init; }

    /// <summary>Why the bytes are no raw event.</summary>
    public string? Undecodable { get; init; }

    /// <summary>What it says by itself: nothing in it was looked up.</summary>
    public required ReadEvent Read { get; init; }

    /// <summary>Where it was set aside, if it was.</summary>
    public DeadLetter? DeadLetter { get; init; }

    /// <summary>The id under which the message is stored: an event without one lends its own.</summary>
    public string? MessageId => Read.MessageId ?? (Read.Kind is EventKind.Direct or EventKind.Group or EventKind.Undecryptable ? Raw?.EventId : null);

    /// <summary>The people in it.</summary>
    public IEnumerable<(string Role, PartyEvidence Party)> Parties
    {
        get
        {
            if (Read.Peer is { } peer) yield return ("peer", peer);
            if (Read.Author is { } author) yield return ("author", author);
            if (Read.Reader is { } reader) yield return ("reader", reader);
            if (Read.Contact is { } contact) yield return ("contact", contact);
        }
    }
}
