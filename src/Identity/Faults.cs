namespace Pipeline.Identity;

/// <summary>What can be wrong with an event. With kind <see cref="EventKind.Error"/> it can never succeed; with any other kind the event goes on.</summary>
public static class Faults
{
    /// <summary>The bytes are not JSON.</summary>
    public const string InvalidJson = "invalid_json";

    /// <summary>A value has another type than the one it must have.</summary>
    public const string InvalidType = "invalid_type";

    /// <summary>A message without a key.</summary>
    public const string MissingKey = "missing_key";

    /// <summary>A key without a chat.</summary>
    public const string MissingRemoteJid = "missing_remote_jid";

    /// <summary>The chat is no address.</summary>
    public const string InvalidJid = "invalid_jid";

    /// <summary>The chat is a phone address whose digits can not be a phone.</summary>
    public const string InvalidPhone = "invalid_phone";

    /// <summary>The chat is on a server this product does not know.</summary>
    public const string UnknownServer = "unknown_server";

    /// <summary>The event contradicts itself about who somebody is: none of it is believed, the message goes on.</summary>
    public const string IdentityConflict = "identity_conflict";

    /// <summary>An operator's event of a type that this version does not know.</summary>
    public const string UnknownOperatorEvent = "unknown_operator_event";

    /// <summary>An operator's word about a pair that names no LID or no phone.</summary>
    public const string InvalidPair = "invalid_pair";

    /// <summary>A message of a group, status or broadcast list without its author: it goes on.</summary>
    public const string MissingParticipant = "missing_participant";
}
