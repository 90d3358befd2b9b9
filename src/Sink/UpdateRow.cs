namespace Pipeline.Sink;

/// <summary>A row of <c>whatsapp_message_update</c>: something that happened to a message.</summary>
public sealed record UpdateRow
{
    /// <summary>The business.</summary>
    public required long BusinessId { get; init; }

    /// <summary>The conversation the event named.</summary>
    public required long ConversationId { get; init; }

    /// <summary>The event; storing it again changes nothing.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The message it happened to.</summary>
    public required string TargetId { get; init; }

    /// <summary>True when that message is the business's own.</summary>
    public required bool TargetFromMe { get; init; }

    /// <summary><c>reaction</c>, <c>edit</c>, <c>revoke</c>, <c>delete</c>, <c>poll_vote</c> or <c>receipt</c>; also the reason under which it is counted.</summary>
    public required string Change { get; init; }

    /// <summary>The address of the other side as it came, in a direct chat: what a split goes by.</summary>
    public string? PeerAddress { get; init; }

    /// <summary>Who did it, see <see cref="Sink.AuthorKey"/>.</summary>
    public required string AuthorKey { get; init; }

    /// <summary>The reaction; empty when one was taken back.</summary>
    public string? Reaction { get; init; }

    /// <summary>The new text of an edit that could be read.</summary>
    public string? Body { get; init; }

    /// <summary>The status a receipt reports.</summary>
    public short? Status { get; init; }

    /// <summary>When, UTC: by the event, else when it was received.</summary>
    public required DateTime? At { get; init; }
}
