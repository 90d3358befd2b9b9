using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;

namespace Pipeline.ThreadLinker.Tests;

/// <summary>Enriched events, written as a test would say them. Times are seconds after a fixed moment.</summary>
internal static class Enriched
{
    public const long Business = 7;

    private static readonly DateTime Start = new(2024, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    public static DateTime At(int seconds) => Start.AddSeconds(seconds);

    public static string IdOf(string name) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString();

    /// <summary>Somebody, as the Resolver describes him: by phone, by LID, or by both.</summary>
    public static Party Person(string? phone = null, string? lid = null, string? address = null, Party.Types.Source? source = null) => new()
    {
        Phone = phone ?? "",
        Lid = lid ?? "",
        Address = address ?? (lid is not null ? lid + "@lid" : phone is not null ? phone.TrimStart('+') + "@s.whatsapp.net" : ""),
        Source = source ?? (phone is null ? Party.Types.Source.None : lid is null ? Party.Types.Source.Direct : Party.Types.Source.Envelope),
    };

    public static EnrichedEvent Message(
        string id, Party? peer, int at = 0, string pushName = "", bool fromMe = false, long business = Business) =>
        Event(id, business, at, new EnrichedEvent
        {
            Message = new Message
            {
                MessageId = id,
                Kind = Contracts.Message.Types.Kind.Direct,
                Peer = peer,
                Author = fromMe ? new Party { IsBusiness = true } : peer,
                FromMe = fromMe,
                PushName = pushName,
                Type = "text",
                Text = "text of " + id,
                SentAt = Time(at),
            },
        });

    public static EnrichedEvent GroupMessage(string id, string group, Party author, int at = 0) => Event(id, Business, at, new EnrichedEvent
    {
        Message = new Message
        {
            MessageId = id,
            Kind = Contracts.Message.Types.Kind.Group,
            GroupId = group,
            Author = author,
            PushName = "Member",
            Type = "text",
            Text = "hello",
            SentAt = Time(at),
        },
    });

    public static EnrichedEvent Mapping(string id, string lid, string phone, int at = 0, string grade = "strong", long business = Business) =>
        Event(id, business, at, new EnrichedEvent { MappingLearned = new MappingLearned { Lid = lid, Phone = phone, Grade = grade, SeenAt = Time(at) } });

    public static EnrichedEvent Denial(string id, string lid, string phone, bool denied = true, int at = 100) =>
        Event(id, Business, at, new EnrichedEvent { PairDenied = new PairDenied { Lid = lid, Phone = phone, Denied = denied, At = Time(at) } });

    public static EnrichedEvent Name(string id, Party person, string name, int at = 0, NameLearned.Types.Kind kind = NameLearned.Types.Kind.Contact) =>
        Event(id, Business, at, new EnrichedEvent { NameLearned = new NameLearned { Person = person, Name = name, Kind = kind, At = Time(at) } });

    public static LeadGiven Lead(string externalId, string phone = "", string name = "", int at = 0, string region = "", params string[] lids) =>
        new() { BusinessId = Business, ExternalId = externalId, Phone = phone, Name = name, Region = region, At = Time(at), Lids = { lids } };

    public static EnrichedEvent Receipt(string id, Party? peer, int at = 0) => Event(id, Business, at, new EnrichedEvent
    {
        Receipt = new Receipt { TargetId = "t", TargetFromMe = true, Kind = Contracts.Message.Types.Kind.Direct, Peer = peer, Status = "READ", At = Time(at) },
    });

    public static EnrichedEvent Update(string id, Party? peer, int at = 0) => Event(id, Business, at, new EnrichedEvent
    {
        MessageUpdate = new MessageUpdate
        {
            TargetId = "t",
            Kind = Contracts.Message.Types.Kind.Direct,
            Peer = peer,
            Change = MessageUpdate.Types.Change.Reaction,
            Reaction = "👍",
            At = Time(at),
        },
    });

    private static EnrichedEvent Event(string id, long business, int at, EnrichedEvent body)
    {
        body.EventId = IdOf(id);
        body.BusinessId = business;
        body.Source = "baileys";
        body.ReceivedAt = Time(at + 1);
        return body;
    }

    private static Timestamp Time(int seconds) => Timestamp.FromDateTime(At(seconds));
}
