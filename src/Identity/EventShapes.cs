namespace Pipeline.Identity;

/// <summary>From a producer's event name to its shape.</summary>
internal static class EventShapes
{
    public const string Evolution = "evolution";
    public const string Waha = "waha";

    /// <summary>The shape of an event. Names are also taken in upper case with underscores, as one producer's settings spell them.</summary>
    public static EventShape Of(string source, string eventType)
    {
        var shape = Exact(source, eventType);
        return shape != EventShape.Unknown ? shape : Exact(source, Dotted(eventType));
    }

    /// <summary>The name an event of this shape has in event ids; null when the producer's own name is used.</summary>
    public static string? IdName(EventShape shape) => shape switch
    {
        EventShape.Message => "messages.upsert",
        EventShape.MessageUpdate or EventShape.WahaAck => "messages.update",
        EventShape.ReceiptUpdate => "message-receipt.update",
        EventShape.Reaction or EventShape.WahaReaction => "messages.reaction",
        EventShape.Delete => "messages.delete",
        EventShape.Edited => "messages.edited",
        EventShape.History => "messaging-history.set",
        EventShape.WahaRevoked => "message.revoked",
        _ => null,
    };

    private static EventShape Exact(string source, string name) => name switch
    {
        "messages.upsert" => EventShape.Message,
        "messages.update" => EventShape.MessageUpdate,
        "message-receipt.update" or "message.receipt.update" => EventShape.ReceiptUpdate,
        "messages.reaction" => EventShape.Reaction,
        "messages.delete" => EventShape.Delete,
        "messages.edited" => EventShape.Edited,
        "messaging-history.set" or "messaging.history.set" or "messages.set" => EventShape.History,
        "contacts.upsert" or "contacts.update" or "contacts.set" => EventShape.Contact,
        "chats.upsert" or "chats.update" or "chats.set" => EventShape.Chat,
        "chats.delete" or "chats.lock" => EventShape.ChatDelete,
        "lid-mapping.update" or "lid.mapping.update" or "chats.phoneNumberShare" or "chats.phonenumbershare" => EventShape.LidMapping,
        "groups.upsert" or "groups.update" or "group.update" => EventShape.Group,
        "group-participants.update" or "group.participants.update" => EventShape.GroupParticipants,
        "group.join-request" or "group.join.request" or "group.member-tag.update" or "group.member.tag.update" => EventShape.GroupRequest,
        "call" => EventShape.Call,
        "presence.update" => EventShape.Presence,
        "connection.update" => EventShape.Connection,
        "send.message" when source == Evolution => EventShape.Message,
        "send.message.update" when source == Evolution => EventShape.Edited,
        "message" or "message.any" or "message.waiting" when source == Waha => EventShape.Message,
        "message.ack" or "message.ack.group" when source == Waha => EventShape.WahaAck,
        "message.reaction" when source == Waha => EventShape.WahaReaction,
        "message.edited" when source == Waha => EventShape.WahaEdited,
        "message.revoked" when source == Waha => EventShape.WahaRevoked,
        "group.v2.join" or "group.v2.update" when source == Waha => EventShape.WahaGroup,
        "session.status" when source == Waha => EventShape.Connection,
        "call.received" or "call.accepted" or "call.rejected" when source == Waha => EventShape.Call,
        _ => EventShape.Unknown,
    };

    private static string Dotted(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        for (var i = 0; i < text.Length; i++) span[i] = text[i] is '_' or '-' ? '.' : char.ToLowerInvariant(text[i]);
    });
}
