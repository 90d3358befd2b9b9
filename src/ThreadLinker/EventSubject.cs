using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.ThreadLinker;

/// <summary>Who or what an enriched event is about, as far as conversations are concerned. A closed set.</summary>
public abstract record EventSubject
{
    // Well below what an index of Postgres can hold (2 704 bytes), far above any real address.
    private const int LongestAddress = 512;

    private EventSubject() { }

    /// <summary>A chat with one person.</summary>
    public sealed record Direct(long BusinessId, EventCause Cause, PersonEvidence Person) : EventSubject;

    /// <summary>A group.</summary>
    public sealed record Group(long BusinessId, Guid EventId, string GroupId) : EventSubject;

    /// <summary>A LID's phone.</summary>
    public sealed record Mapping(EventCause Cause, UnclaimedPair Pair) : EventSubject;

    /// <summary>An event that can never be linked.</summary>
    public sealed record Unusable(string Reason, string Detail) : EventSubject;

    /// <summary>Reads an event. Nothing is believed that the database would refuse, so one bad event cannot spoil a batch.</summary>
    /// <param name="event">The event.</param>
    /// <param name="key">The key of its record.</param>
    public static EventSubject Of(EnrichedEvent @event, string key)
    {
        if (@event.BusinessId <= 0 || Topics.KeyOf(@event.BusinessId) != key)
            return new Unusable("business_mismatch", "The record's key is not the event's business.");
        if (!Guid.TryParse(@event.EventId, out var id))
            return new Unusable("bad_event_id", "The event id is not a UUID.");

        var received = TimeOf(@event.ReceivedAt) ?? DateTime.UnixEpoch;
        switch (@event.BodyCase)
        {
            case EnrichedEvent.BodyOneofCase.Message:
                var message = @event.Message;
                return OfChat(@event.BusinessId, CauseOf(message.SentAt), message.Kind, message.GroupId, message.Peer, message.FromMe ? null : message.PushName);
            case EnrichedEvent.BodyOneofCase.Receipt:
                var receipt = @event.Receipt;
                return OfChat(@event.BusinessId, CauseOf(receipt.At), receipt.Kind, receipt.GroupId, receipt.Peer, null);
            case EnrichedEvent.BodyOneofCase.MessageUpdate:
                var update = @event.MessageUpdate;
                return OfChat(@event.BusinessId, CauseOf(update.At), update.Kind, update.GroupId, update.Peer, null);
            case EnrichedEvent.BodyOneofCase.MappingLearned:
                return OfMapping(@event.BusinessId, CauseOf(@event.MappingLearned.SeenAt), @event.MappingLearned);
            default:
                return new Unusable("no_body", "The event has no body that this version knows.");
        }

        EventCause CauseOf(Timestamp? at) => new(id, TimeOf(at) ?? received, @event.Raw);
    }

    /// <summary>A moment of an event, UTC to the microsecond; null when it is absent or impossible.</summary>
    public static DateTime? TimeOf(Timestamp? time) => time is null ? null : PostgresTime.FromUnix(time.Seconds, time.Nanos);

    private static EventSubject OfChat(
        long businessId, EventCause cause, Message.Types.Kind kind, string groupId, Party? peer, string? pushName) => kind switch
        {
            Message.Types.Kind.Group when groupId.Length == 0 => new Unusable("no_group_id", "A group event does not say which group."),
            Message.Types.Kind.Group when groupId.Length > LongestAddress => TooLong(),
            Message.Types.Kind.Group => new Group(businessId, cause.EventId, PostgresText.Of(groupId)),
            Message.Types.Kind.Direct => OfPeer(businessId, cause, peer, pushName),
            _ => new Unusable("no_kind", "The event does not say whether it is direct or of a group."),
        };

    private static EventSubject OfPeer(long businessId, EventCause cause, Party? peer, string? pushName)
    {
        if (peer is null || (peer.Phone.Length == 0 && peer.Lid.Length == 0 && peer.Address.Length == 0))
            return new Unusable("no_peer_address", "A direct event does not say with whom.");
        if (peer.Phone.Length > 0 && !IsE164(peer.Phone))
            return new Unusable("bad_phone", "The peer's phone is not E.164.");
        if (peer.Lid.Length > LongestAddress || peer.Address.Length > LongestAddress) return TooLong();

        var identities = new List<ContactIdentity>(3);
        PhoneEvidence? phone = null;
        if (peer.Phone.Length > 0)
        {
            identities.Add(ContactIdentity.OfPhone(businessId, peer.Phone));
            phone = peer.Source is Party.Types.Source.Direct or Party.Types.Source.Envelope
                ? new PhoneEvidence(peer.Phone, PhoneRank.Stated, cause.At)
                : new PhoneEvidence(peer.Phone, PhoneRank.LookUp, DateTime.MinValue);
        }
        if (peer.Lid.Length > 0) identities.Add(ContactIdentity.OfLid(businessId, PostgresText.Of(peer.Lid)));
        if (peer.Address.Length > 0)
        {
            var address = ContactIdentity.OfAddress(businessId, PostgresText.Of(peer.Address));
            if (!identities.Contains(address)) identities.Add(address);
        }

        var evidence = peer.Phone.Length > 0 && peer.Lid.Length > 0 ? "lid_and_phone" : "address";
        return new Direct(businessId, cause, new PersonEvidence(identities, phone, NameOf(peer, pushName, cause.At), evidence));
    }

    private static EventSubject OfMapping(long businessId, EventCause cause, MappingLearned mapping)
    {
        if (mapping.Lid.Length == 0 || !IsE164(mapping.Phone)) return new Unusable("bad_mapping", "A mapping needs a LID and an E.164 phone.");
        if (mapping.Lid.Length > LongestAddress) return TooLong();
        var rank = mapping.Grade switch
        {
            "quoted" => PhoneRank.LookUp,
            "seed" => PhoneRank.Seed,
            _ => PhoneRank.Stated,
        };
        return new Mapping(cause, new UnclaimedPair(businessId, PostgresText.Of(mapping.Lid), new PhoneEvidence(mapping.Phone, rank, cause.At)));
    }

    private static Unusable TooLong() => new("address_too_long", $"An address has more than {LongestAddress} characters.");

    // WhatsApp fills the name of a person who has none with the digits of the address; those of a LID would be taken for a phone.
    private static PushName? NameOf(Party peer, string? pushName, DateTime at)
    {
        if (peer.IsBusiness || string.IsNullOrWhiteSpace(pushName)) return null;
        var name = PostgresText.Of(pushName.Trim());
        return peer.Lid.Length > 0 && name.TrimStart('+', '~', '@') == peer.Lid ? null : new PushName(name, at);
    }

    // The form that the database demands (domain e164); which numbers are real was decided when the phone was read.
    private static bool IsE164(string phone) =>
        phone.Length is >= 8 and <= 16 && phone[0] == '+' && phone[1] is >= '1' and <= '9' && phone.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0;
}
