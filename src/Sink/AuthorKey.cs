using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Sink;

/// <summary>
/// Who wrote something, inside its conversation. Message ids are chosen by the sender, so two members of a group may use the same one;
/// the author is part of a message's identity.
/// </summary>
public static class AuthorKey
{
    /// <summary>The business itself.</summary>
    public const string Business = "business";

    /// <summary>The other side of a direct chat, whichever of its addresses it writes from.</summary>
    public const string Peer = "peer";

    /// <summary>A member of a group of whom nothing is known.</summary>
    public const string Unknown = "unknown";

    /// <summary>The key.</summary>
    /// <param name="kind">Direct or group.</param>
    /// <param name="byBusiness">True when the business wrote it.</param>
    /// <param name="author">Who wrote it; matters in groups only.</param>
    public static string Of(Message.Types.Kind kind, bool byBusiness, Party? author)
    {
        if (byBusiness) return Business;
        if (kind == Message.Types.Kind.Direct) return Peer;
        return author switch
        {
            { Lid.Length: > 0 } => PostgresText.Of(author.Lid),
            { Phone.Length: > 0 } => author.Phone,
            { Address.Length: > 0 } => PostgresText.Of(author.Address),
            _ => Unknown,
        };
    }
}
