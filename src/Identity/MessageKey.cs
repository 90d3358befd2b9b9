using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>A message key and the alternate addresses in and around it.</summary>
internal sealed class MessageKey
{
    /// <summary>Where one producer keeps the chat that it has overwritten.</summary>
    public const string PreviousRemoteJid = "previousRemoteJid";

    private static readonly Utf8Names<AlternateField> AlternateFields = new(
    [
        Field("remoteJidAlt", AlternateOwner.Chat, FieldValue.Names.Address),
        Field(PreviousRemoteJid, AlternateOwner.Chat, FieldValue.Names.Address),
        Field("senderPn", AlternateOwner.Sender, FieldValue.Names.Phone),
        Field("senderLid", AlternateOwner.Sender, FieldValue.Names.Lid),
        Field("senderAlt", AlternateOwner.Sender, FieldValue.Names.Address),
        Field("participantAlt", AlternateOwner.Sender, FieldValue.Names.Address),
        Field("participantPn", AlternateOwner.Sender, FieldValue.Names.Phone),
        Field("participantLid", AlternateOwner.Sender, FieldValue.Names.Lid),
        Field("peerRecipientPn", AlternateOwner.Recipient, FieldValue.Names.Phone),
        Field("peerRecipientLid", AlternateOwner.Recipient, FieldValue.Names.Lid),
        Field("recipientPn", AlternateOwner.Recipient, FieldValue.Names.Phone),
        Field("recipientLid", AlternateOwner.Recipient, FieldValue.Names.Lid),
        Field("recipientAlt", AlternateOwner.Recipient, FieldValue.Names.Address),
        Field("remote_jid_alt", AlternateOwner.Chat, FieldValue.Names.Address),
        Field("sender_pn", AlternateOwner.Sender, FieldValue.Names.Phone),
        Field("sender_lid", AlternateOwner.Sender, FieldValue.Names.Lid),
        Field("participant_alt", AlternateOwner.Sender, FieldValue.Names.Address),
        Field("participant_pn", AlternateOwner.Sender, FieldValue.Names.Phone),
        Field("participant_lid", AlternateOwner.Sender, FieldValue.Names.Lid),
        Field("peer_recipient_pn", AlternateOwner.Recipient, FieldValue.Names.Phone),
        Field("peer_recipient_lid", AlternateOwner.Recipient, FieldValue.Names.Lid),
        Field("recipient_pn", AlternateOwner.Recipient, FieldValue.Names.Phone),
        Field("recipient_lid", AlternateOwner.Recipient, FieldValue.Names.Lid),
    ]);

    private static readonly AlternateField LidMetadata = new("_lid_metadata.participant_jid", AlternateOwner.Sender, FieldValue.Names.Address);

    private List<Alternate>? _alternates;

    /// <summary>Why no message can have this key; one of <see cref="Faults"/>. The other members mean nothing then, unless it is the phone that is refused.</summary>
    public string? Fault { get; set; }

    public WaId? Chat { get; set; }

    public string? Id { get; set; }

    public bool FromMe { get; set; }

    public WaId? Participant { get; private set; }

    /// <summary>There was a participant, but it is no address.</summary>
    public bool BadParticipant { get; private set; }

    /// <summary>The key tells its addressing or an alternate, which only newer producers do.</summary>
    public bool IsModern { get; private set; }

    public ReadOnlySpan<Alternate> Alternates => CollectionsMarshal.AsSpan(_alternates);

    /// <summary>Reads the value of a <c>key</c> field, whatever it is.</summary>
    public static MessageKey Of(JsonElement element)
    {
        var key = new MessageKey();
        if (element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) key.Fault = Faults.MissingKey;
        else if (element.ValueKind != JsonValueKind.Object) key.Fault = Faults.InvalidType;
        else key.ReadFields(element);
        return key;
    }

    public void Add(WaId? id, string field, AlternateOwner owner)
    {
        if (id is null || !(id.IsPerson || id.Kind == WaIdKind.Bot)) return;
        _alternates ??= new List<Alternate>(2);
        if (_alternates.Count < 32) _alternates.Add(new Alternate(id, field, owner));
    }

    /// <summary>Whether a field of this name holds an alternate.</summary>
    public static bool IsAlternate(ReadOnlySpan<byte> name) => name.SequenceEqual("_lid_metadata"u8) || AlternateFields.Find(name) is not null;

    /// <summary>Adds the alternate in a field, if that is what the field holds. Some producers put them beside the key.</summary>
    public bool TryAdd(ReadOnlySpan<byte> name, JsonElement value)
    {
        if (name.SequenceEqual("_lid_metadata"u8))
        {
            if (value.ValueKind != JsonValueKind.Object) return true;
            foreach (var property in value.EnumerateObject())
            {
                var inner = JsonMarshal.GetRawUtf8PropertyName(property);
                var field = inner.SequenceEqual("participant_jid"u8) || inner.SequenceEqual("participantJid"u8) ? LidMetadata : AlternateFields.Find(inner);
                if (field is not null) Add(FieldValue.Address(JsonText.Of(property.Value), field.Names), field.Name, field.Owner);
            }
            return true;
        }
        if (AlternateFields.Find(name) is not { } known) return false;
        Add(FieldValue.Address(JsonText.Of(value), known.Names), known.Name, known.Owner);
        return true;
    }

    /// <summary>The participant, unless the key had one.</summary>
    public void OfferParticipant(JsonElement value)
    {
        if (Participant is not null || value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return;
        if (value.ValueKind == JsonValueKind.String && JsonText.Filled(value) is null) return;
        OfferParticipant(JsonText.Of(value));
    }

    /// <summary>The participant, unless the key had one.</summary>
    public void OfferParticipant(string? text)
    {
        if (Participant is not null) return;
        Participant = WaId.Parse(text);
        BadParticipant = Participant is null || !(Participant.IsPerson || Participant.Kind == WaIdKind.Bot);
        if (BadParticipant) Participant = null;
    }

    /// <summary>Sets the chat and judges it.</summary>
    public void SetChat(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) Fault = Faults.MissingRemoteJid;
        else if (value.ValueKind != JsonValueKind.String) Fault = Faults.InvalidType;
        else SetChat(JsonText.Of(value));
    }

    /// <summary>Sets the chat and judges it.</summary>
    public void SetChat(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            Fault = Faults.MissingRemoteJid;
            return;
        }
        Chat = WaId.Parse(text);
        Fault = Chat switch
        {
            null => Faults.InvalidJid,
            { Kind: WaIdKind.Unknown } => Faults.UnknownServer,
            { Kind: WaIdKind.User, Phone: null, Belief: PhoneBelief.Refused } => Faults.InvalidPhone,
            _ => null,
        };
    }

    private static KeyValuePair<string, AlternateField> Field(string name, AlternateOwner owner, FieldValue.Names names) =>
        new(name, new AlternateField(name, owner, names));

    private void ReadFields(JsonElement element)
    {
        JsonElement chat = default;
        foreach (var property in element.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            if (name.SequenceEqual("remoteJid"u8)) chat = property.Value;
            else if (name.SequenceEqual("fromMe"u8)) FromMe = JsonText.IsTrue(property.Value);
            else if (name.SequenceEqual("id"u8)) Id = JsonText.Identifier(property.Value);
            else if (name.SequenceEqual("participant"u8)) OfferParticipant(property.Value);
            else if (name.SequenceEqual("addressingMode"u8)) IsModern = true;
            else if (TryAdd(name, property.Value)) IsModern |= name.EndsWith("Alt"u8);
        }
        SetChat(chat);
    }
}
