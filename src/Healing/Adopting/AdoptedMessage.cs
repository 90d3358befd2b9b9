using Pipeline.Identity;

namespace Pipeline.Healing.Adopting;

/// <summary>A message as the older layout has it.</summary>
internal sealed record OldMessage(
    long Id, long ConversationId, string? MessageId, bool FromMe, string? From, string? To, string? PushName, string? Type, string? Body, string? Status, DateTime? SentAt);

/// <summary>A row of the product's <c>whatsapp_message</c>, made of an older one. The columns mean what they mean when the Sink writes them.</summary>
internal sealed record AdoptedMessage
{
    private static readonly Guid Namespace = new("6f1d7a52-3c0e-5b1a-9d4e-2f6c8a7b9e10");

    public required long ConversationId { get; init; }

    public required string MessageId { get; init; }

    public required string AuthorKey { get; init; }

    public required Guid EventId { get; init; }

    public required OldMessage Old { get; init; }

    public Party Peer { get; init; } = Party.Nobody;

    public Party Author { get; init; } = Party.Nobody;

    public string? PeerAddress { get; init; }

    public required string Type { get; init; }

    public short? Status => StatusOf(Old.Status);

    /// <summary>Makes the row.</summary>
    /// <param name="business">The business.</param>
    /// <param name="old">The older row.</param>
    /// <param name="conversation">The product's conversation.</param>
    /// <param name="isGroup">Whether that is a group's.</param>
    /// <param name="people">Who is who.</param>
    /// <param name="phoneOf">The phone of a LID by the mappings; null when it has none.</param>
    public static AdoptedMessage Of(long business, OldMessage old, long conversation, bool isGroup, People people, Func<string, string?> phoneOf)
    {
        var sender = PartyOf(old.From, people, phoneOf);
        var receiver = PartyOf(old.To, people, phoneOf);
        var peer = isGroup ? Party.Nobody : old.FromMe || string.IsNullOrWhiteSpace(old.From) ? receiver : sender;
        var author = old.FromMe ? sender : isGroup ? sender : peer;
        return new AdoptedMessage
        {
            ConversationId = conversation,
            MessageId = string.IsNullOrEmpty(old.MessageId) ? $"adopted-{old.Id}" : old.MessageId,
            // The words and the order of the Sink's AuthorKey.
            AuthorKey = old.FromMe ? "business" : !isGroup ? "peer" : author.Lid ?? author.Phone ?? author.Address ?? "unknown",
            EventId = DerivedIds.Of(Namespace, $"message {business} {old.Id}"),
            Old = old,
            Peer = peer,
            Author = author,
            PeerAddress = peer.Address,
            Type = TypeOf(old),
        };
    }

    private static Party PartyOf(string? text, People people, Func<string, string?> phoneOf)
    {
        var read = people.Lids.Read(text);
        return read.Kind switch
        {
            AddressKind.Phone => new Party(read.Id, null, "direct", AddressOf(text!)),
            AddressKind.Lid => phoneOf(read.Id) is { } phone ? new Party(phone, read.Id, "table", read.Id + "@lid") : new Party(null, read.Id, "none", read.Id + "@lid"),
            _ => Party.Nobody,
        };
    }

    private static string? AddressOf(string text) => (text.Contains('@') ? WaId.Parse(text) : WaId.Parse(text.Trim() + "@s.whatsapp.net"))?.Address;

    // Older tables hold the product's words, Baileys' names of fields, or WhatsApp's.
    private static string TypeOf(OldMessage old) => old.Type?.Trim() switch
    {
        null or "" => old.Body is null ? "unknown" : "text",
        "conversation" or "extendedTextMessage" or "chat" => "text",
        var type when type.EndsWith("Message", StringComparison.Ordinal) => type[..^"Message".Length].ToLowerInvariant(),
        var type => type.ToLowerInvariant(),
    };

    private static short? StatusOf(string? status) => status?.Trim().ToUpperInvariant() switch
    {
        "ERROR" or "FAILED" or "0" => 0,
        "PENDING" or "QUEUED" or "1" => 1,
        "SERVER_ACK" or "SENT" or "2" => 2,
        "DELIVERY_ACK" or "DELIVERED" or "3" => 3,
        "READ" or "4" => 4,
        "PLAYED" or "5" => 5,
        _ => null,
    };

    /// <summary>What is stored of one side of a message.</summary>
    /// <param name="Phone">Canonical E.164.</param>
    /// <param name="Lid">Digits.</param>
    /// <param name="Source">How the phone was found.</param>
    /// <param name="Address">As it was stored, without device.</param>
    internal readonly record struct Party(string? Phone, string? Lid, string Source, string? Address)
    {
        public static Party Nobody { get; } = new(null, null, "none", null);
    }
}
