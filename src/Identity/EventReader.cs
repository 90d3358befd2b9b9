using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>
/// Understands one event of the raw topic. Decides by the fields that are there, never by a version. Never throws, whatever the bytes: what can not be read
/// is an event of kind <see cref="EventKind.Error"/> with its fault. The cost is bounded by the size of the item.
/// </summary>
public static class EventReader
{
    /// <summary>Reads one item.</summary>
    public static ReadEvent Read(RawItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        using var document = RawBody.TryParse(item.Json);
        if (document is null) return Failed(Faults.InvalidJson);
        try
        {
            return Read(item, document.RootElement);
        }
        catch (InvalidOperationException)
        {
            // The document refuses property names that are no Unicode text.
            return Failed(Faults.InvalidJson);
        }
    }

    internal static ReadEvent Failed(string fault) => new() { Kind = EventKind.Error, Fault = fault };

    private static ReadEvent Read(RawItem item, JsonElement root)
    {
        if (item.Source == OperatorEvents.Source) return OperatorEvents.Read(item, root);
        var shape = EventShapes.Of(item.Source, item.EventType);
        var part = item.Part;
        var stated = item.Source == EventShapes.Waha && part.Length == 0 ? OwnStatement.Of(root) : null;
        if (part.Length == 0)
        {
            if (item.Source == EventShapes.Evolution && JsonText.TryGet(root, "data"u8, out var data)) (root, part) = (data, "data");
            else if (item.Source == EventShapes.Waha && JsonText.TryGet(root, "payload"u8, out data)) (root, part) = (data, "payload");
        }
        if (root.ValueKind != JsonValueKind.Object) return shape is EventShape.Unknown or EventShape.ChatDelete ? new ReadEvent() : Failed(Faults.InvalidType);

        var read = Read(item, shape, part, root);
        return stated is null ? read : read with { OwnStated = read.OwnStated ?? stated };
    }

    private static ReadEvent Read(RawItem item, EventShape shape, string part, JsonElement root) =>
        shape switch
        {
            // Of a list nothing but the items is ever read: the whole arrives only when it could not be split.
            EventShape.Message when part is "" => Failed(Faults.InvalidType),
            EventShape.Message when part is "payload" => WahaReader.Message(item, root),
            EventShape.Message => RecordReader.Read(item, root, MappingGrade.Strong),
            EventShape.History => History(item, root, part),
            EventShape.MessageUpdate => UpdateReader.Update(item, root),
            EventShape.ReceiptUpdate => UpdateReader.Receipt(item, root),
            EventShape.Reaction => UpdateReader.Reaction(item, root),
            EventShape.Delete => UpdateReader.Delete(item, root),
            EventShape.Edited => UpdateReader.Edited(item, root),
            EventShape.Contact => DirectoryReader.Contact(item, root),
            EventShape.Chat => DirectoryReader.Chat(item, root),
            EventShape.ChatDelete => new ReadEvent { Kind = EventKind.Chat },
            EventShape.LidMapping => DirectoryReader.Mapping(item, root, MappingGrade.Strong),
            EventShape.Group => GroupReader.Metadata(item, root),
            EventShape.GroupParticipants or EventShape.GroupRequest => GroupReader.Participants(item, root),
            EventShape.Call => CallReader.Read(item, root),
            EventShape.Presence => DirectoryReader.Presence(root),
            EventShape.Connection => Connection(root),
            EventShape.WahaAck => WahaReader.Ack(item, root),
            EventShape.WahaReaction => WahaReader.Reaction(item, root),
            EventShape.WahaEdited => WahaReader.Edited(item, root),
            EventShape.WahaRevoked => WahaReader.Revoked(item, root),
            EventShape.WahaGroup => GroupReader.WahaMetadata(item, root),
            _ => new ReadEvent(),
        };

    private static ReadEvent History(RawItem item, JsonElement root, string part) => part switch
    {
        "messages" or "data" => RecordReader.Read(item, root, MappingGrade.Seed),
        "contacts" => DirectoryReader.Contact(item, root),
        "chats" => DirectoryReader.Chat(item, root),
        "lidPnMappings" => DirectoryReader.Mapping(item, root, MappingGrade.Seed),
        EventSplitter.ReceiptPart => DirectoryReader.Receipt(item, root),
        _ => Failed(Faults.InvalidType),
    };

    private static ReadEvent Connection(JsonElement root) => new()
    {
        Kind = EventKind.Connection,
        OwnStated = OwnStatement.Of(root),
        Status = JsonText.Filled(root, "connection"u8) ?? JsonText.Filled(root, "state"u8) ?? JsonText.Filled(root, "status"u8),
    };
}
