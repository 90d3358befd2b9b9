using Pipeline.Identity;

namespace Pipeline.Cli.Explain;

/// <summary>What an event was read as and what became of it, in plain words.</summary>
internal static class EventWords
{
    /// <summary>What it is.</summary>
    public static string OfKind(EventKind kind) => kind switch
    {
        EventKind.Direct => "a message of a one-to-one chat",
        EventKind.Group => "a message of a group",
        EventKind.Status => "a status post",
        EventKind.Broadcast => "a message to a broadcast list",
        EventKind.Newsletter => "a post of a channel",
        EventKind.Bot => "a message of an automaton",
        EventKind.Reaction => "a reaction to a message, or its removal",
        EventKind.Edit => "new content for an earlier message",
        EventKind.Revoke => "a message deleted for everyone",
        EventKind.Delete => "messages deleted on the business's own devices",
        EventKind.Receipt => "a message was sent, delivered, read, played or refused",
        EventKind.PollVote => "a vote in a poll",
        EventKind.Undecryptable => "a message that could not be decrypted; a readable copy may follow",
        EventKind.System => "something that is not content: members, timers, missed calls, shared numbers",
        EventKind.Call => "a call",
        EventKind.Mapping => "a LID and its phone",
        EventKind.Contact => "an address-book entry",
        EventKind.Connection => "a change of the session's connection",
        EventKind.Chat => "a chat's own data",
        EventKind.Presence => "somebody is online or typing",
        EventKind.Ruling => "an operator's word about a LID and a phone",
        EventKind.Error => "an event that cannot be understood",
        _ => "something this product has no use for",
    };

    /// <summary>What is wrong with it.</summary>
    public static string OfFault(string fault) => fault switch
    {
        Faults.InvalidJson => "its bytes are not JSON",
        Faults.InvalidType => "a value in it has another type than it must have",
        Faults.MissingKey => "a message without a key",
        Faults.MissingRemoteJid => "its key does not name a chat",
        Faults.InvalidJid => "its chat is no address",
        Faults.InvalidPhone => "its chat is a phone address whose digits cannot be a phone",
        Faults.UnknownServer => "its chat is on a server this product does not know",
        Faults.IdentityConflict => "it contradicts itself about who somebody is; none of that was believed",
        Faults.MissingParticipant => "it does not name its author",
        Faults.UnknownOperatorEvent => "an operator's event of a type that is not known",
        Faults.InvalidPair => "it does not name a LID and a phone",
        _ => fault,
    };

    /// <summary>What was noticed while reading it.</summary>
    public static string OfNote(string note) => note switch
    {
        "suffix_conflict" => "a phone address was not believed",
        "identity_conflict" => "fields of it name different people for one party",
        "own_alternate" => "an alternate address was the business's own and was not used",
        "from_me_corrected" => "it said “not from me”, but its author is the business",
        "too_many_wrappers" => "its content has more wrappers than are opened",
        _ => note,
    };

    /// <summary>What follows from it.</summary>
    /// <param name="found">The event.</param>
    /// <param name="isStored">Whether a message with its id is stored.</param>
    public static string WhatBecameOf(FoundEvent found, bool isStored)
    {
        if (found.DeadLetter is { } letter) return $"set aside as a dead letter: {letter.Reason} (by the {letter.Service}; it lies in {letter.Topic}{Contracts.Topics.DeadLetterSuffix})";
        if (found.Undecodable is { } reason) return $"its bytes are no raw event ({reason}): the Resolver sets it aside as a dead letter";
        return found.Read.Kind switch
        {
            EventKind.Error => $"the Resolver sets it aside as a dead letter: {found.Read.Fault}",
            EventKind.Status => "status posts have no conversation and are not stored",
            EventKind.Newsletter => "posts of channels have no conversation and are not stored",
            EventKind.Bot => "messages of automatons have no conversation and are not stored",
            EventKind.Broadcast when found.Read.Peer is null => "what the business sends to a broadcast list has no conversation of its own and is not stored",
            EventKind.System => "it is no content and is not stored",
            EventKind.Call => "calls are not stored",
            EventKind.Ruling => "it is no message; people come apart or together by it",
            EventKind.Mapping => "it is no message; it goes into the LID table",
            EventKind.Contact => found.Read.Pairs.Count > 0 ? "it is no message; what it states goes into the LID table" : "it is no message and states no LID with its phone",
            EventKind.Connection => "it is no message and is not stored",
            EventKind.Chat or EventKind.Presence or EventKind.Unknown => "it is not stored",
            EventKind.Reaction or EventKind.Edit or EventKind.Revoke or EventKind.Delete or EventKind.PollVote or EventKind.Receipt => found.Read.TargetId is null
                ? "it does not say which message it is about, and nothing follows"
                : "it is no message of its own: it is kept as something that happened to another message",
            _ when isStored => "it is stored, see above",
            _ => "it belongs into a conversation but is not stored (yet): it may still be under way, or something it needs was refused at a later stage",
        };
    }
}
