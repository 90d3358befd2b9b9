using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Storage;

namespace Pipeline.ThreadLinker;

/// <summary>Who or what an enriched event is about, as far as conversations are concerned. A closed set.</summary>
public abstract record EventSubject
{
    // Well below what an index of Postgres can hold (2 704 bytes), far above any real address.
    private const int LongestAddress = 512;

    private EventSubject() { }

    /// <summary>A chat with one person.</summary>
    public sealed record Direct(EventCause Cause, PersonEvidence Person) : EventSubject;

    /// <summary>A group.</summary>
    /// <param name="Member">Who wrote in it; null when that is the business, or unknown.</param>
    public sealed record Group(long BusinessId, EventCause Cause, string GroupId, PersonEvidence? Member) : EventSubject;

    /// <summary>A LID's phone.</summary>
    public sealed record Mapping(EventCause Cause, long BusinessId, string Lid, PhoneEvidence Phone) : EventSubject
    {
        /// <summary>The two identities.</summary>
        public StatedPair Pair => StatedPair.Of(BusinessId, Lid, Phone.Phone);
    }

    /// <summary>What addresses are called.</summary>
    public sealed record Named(IReadOnlyList<ContactIdentity> Identities, string Kind, DatedName Name) : EventSubject;

    /// <summary>An operator has denied a pair, or taken that back.</summary>
    public sealed record Denial(EventCause Cause, long BusinessId, string Lid, string Phone) : EventSubject;

    /// <summary>A lead as a CRM knows it.</summary>
    public sealed record Given(EventCause Cause, ContactIdentity Lead, PhoneEvidence? Phone, DatedName? Name, IReadOnlyList<ContactIdentity> Lids) : EventSubject
    {
        /// <summary>Everything that belongs to the lead: its id in the CRM, its phone, its LIDs.</summary>
        public IReadOnlyList<ContactIdentity> Identities => Phone is { } phone ? [Lead, ContactIdentity.OfPhone(Lead.BusinessId, phone.Phone), .. Lids] : [Lead, .. Lids];

        /// <summary>The LID that has the digits of the phone: when the business knows it, the phone is none.</summary>
        public ContactIdentity? PhoneAsLid => Phone is { } phone ? ContactIdentity.OfLid(Lead.BusinessId, phone.Phone[1..]) : null;
    }

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
                return OfChat(@event.BusinessId, CauseOf(message.SentAt), message.Kind, message.GroupId, message.Peer, message.FromMe ? null : message.Author, message.FromMe ? null : message.PushName);
            case EnrichedEvent.BodyOneofCase.Receipt:
                var receipt = @event.Receipt;
                return OfChat(@event.BusinessId, CauseOf(receipt.At), receipt.Kind, receipt.GroupId, receipt.Peer, null, null);
            case EnrichedEvent.BodyOneofCase.MessageUpdate:
                var update = @event.MessageUpdate;
                return OfChat(@event.BusinessId, CauseOf(update.At), update.Kind, update.GroupId, update.Peer, null, null);
            case EnrichedEvent.BodyOneofCase.MappingLearned:
                return OfMapping(@event.BusinessId, CauseOf(@event.MappingLearned.SeenAt), @event.MappingLearned);
            case EnrichedEvent.BodyOneofCase.NameLearned:
                return OfName(@event.BusinessId, CauseOf(@event.NameLearned.At), @event.NameLearned);
            case EnrichedEvent.BodyOneofCase.PairDenied:
                return OfDenial(@event.BusinessId, CauseOf(@event.PairDenied.At), @event.PairDenied);
            default:
                return new Unusable("no_body", "The event has no body that this version knows.");
        }

        EventCause CauseOf(Timestamp? at) => new(id, TimeOf(at) ?? received, @event.Raw);
    }

    /// <summary>A moment of an event, UTC to the microsecond; null when it is absent or impossible.</summary>
    public static DateTime? TimeOf(Timestamp? time) => time is null ? null : PostgresTime.FromUnix(time.Seconds, time.Nanos);

    private static EventSubject OfChat(
        long businessId, EventCause cause, Message.Types.Kind kind, string groupId, Party? peer, Party? author, string? pushName)
    {
        switch (kind)
        {
            case Message.Types.Kind.Group when groupId.Length == 0:
                return new Unusable("no_group_id", "A group event does not say which group.");
            case Message.Types.Kind.Group when groupId.Length > LongestAddress:
                return TooLong();
            case Message.Types.Kind.Group:
                // Whom a group's message is from matters to leads only; a fault there is no reason to set the message aside.
                var member = author is { IsBusiness: false } && FaultOf(author) is null ? EvidenceOf(businessId, cause, author, pushName) : null;
                return new Group(businessId, cause, PostgresText.Of(groupId), member);
            case Message.Types.Kind.Direct:
                return FaultOf(peer) ?? (EventSubject)new Direct(cause, EvidenceOf(businessId, cause, peer!, pushName));
            default:
                return new Unusable("no_kind", "The event does not say whether it is direct or of a group.");
        }
    }

    private static Unusable? FaultOf(Party? person)
    {
        if (person is null || (person.Phone.Length == 0 && person.Lid.Length == 0 && person.Address.Length == 0))
            return new Unusable("no_peer_address", "A direct event does not say with whom.");
        if (person.Phone.Length > 0 && !IsE164(person.Phone))
            return new Unusable("bad_phone", "The peer's phone is not E.164.");
        return person.Lid.Length > LongestAddress || person.Address.Length > LongestAddress ? TooLong() : null;
    }

    private static PersonEvidence EvidenceOf(long businessId, EventCause cause, Party person, string? pushName)
    {
        PhoneEvidence? phone = person.Phone.Length == 0 ? null
            : person.Source is Party.Types.Source.Direct or Party.Types.Source.Envelope ? new PhoneEvidence(person.Phone, PhoneRank.Stated, cause.At)
            : new PhoneEvidence(person.Phone, PhoneRank.LookUp, DateTime.MinValue);
        ContactIdentity? lid = person.Lid.Length > 0 ? ContactIdentity.OfLid(businessId, PostgresText.Of(person.Lid)) : null;
        ContactIdentity? address = person.Address.Length > 0 ? ContactIdentity.OfAddress(businessId, PostgresText.Of(person.Address)) : null;
        return new PersonEvidence(businessId, phone, lid, address, NameOf(person, pushName, cause.At));
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
        return new Mapping(cause, businessId, PostgresText.Of(mapping.Lid), new PhoneEvidence(mapping.Phone, rank, cause.At));
    }

    private static EventSubject OfName(long businessId, EventCause cause, NameLearned named)
    {
        if (string.IsNullOrWhiteSpace(named.Name)) return new Unusable("bad_name", "A name event has no name.");
        var name = new DatedName(PostgresText.Of(named.Name.Trim()), cause.At);
        if (named.Kind == NameLearned.Types.Kind.Subject)
        {
            if (named.GroupId.Length == 0) return new Unusable("no_group_id", "The name of a group does not say of which.");
            return named.GroupId.Length > LongestAddress ? TooLong() : new Named([ContactIdentity.OfAddress(businessId, PostgresText.Of(named.GroupId) + "@g.us")], "subject", name);
        }
        var kind = named.Kind switch
        {
            NameLearned.Types.Kind.Contact => "contact",
            NameLearned.Types.Kind.Verified => "verified",
            _ => null,
        };
        if (kind is null) return new Unusable("bad_name", "A name event does not say who gave the name.");
        return FaultOf(named.Person) ?? (EventSubject)new Named(EvidenceOf(businessId, cause, named.Person, null).Identities, kind, name);
    }

    private static EventSubject OfDenial(long businessId, EventCause cause, PairDenied denied)
    {
        if (denied.Lid.Length == 0 || !IsE164(denied.Phone)) return new Unusable("bad_denial", "A denial needs a LID and an E.164 phone.");
        return denied.Lid.Length > LongestAddress ? TooLong() : new Denial(cause, businessId, PostgresText.Of(denied.Lid), denied.Phone);
    }

    private static Unusable TooLong() => new("address_too_long", $"An address has more than {LongestAddress} characters.");

    // WhatsApp fills the name of a person who has none with the digits of the address, which nobody chose.
    private static DatedName? NameOf(Party peer, string? pushName, DateTime at)
    {
        if (peer.IsBusiness || string.IsNullOrWhiteSpace(pushName)) return null;
        var name = PostgresText.Of(pushName.Trim());
        return DisplayName.IsName(name) ? new DatedName(name, at) : null;
    }

    // The form that the database demands (domain e164); which numbers are real was decided when the phone was read.
    private static bool IsE164(string phone) =>
        phone.Length is >= 8 and <= 16 && phone[0] == '+' && phone[1] is >= '1' and <= '9' && phone.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0;
}
