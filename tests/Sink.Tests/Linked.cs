using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;

namespace Pipeline.Sink.Tests;

/// <summary>Linked events, written as a test would say them. Times are seconds after a fixed moment.</summary>
internal static class Linked
{
    public const long Business = 7;
    public const string Phone = "+972501234567";
    public const string Lid = "82399031480511";

    private static readonly DateTime Start = new(2024, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    public static DateTime At(int seconds) => Start.AddSeconds(seconds);

    public static string IdOf(string name) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString();

    /// <summary>A text of a direct chat. The event id follows from everything it says, as the Ingestor makes it.</summary>
    public static LinkedEvent Message(
        long conversation, string id, int? at = 0, string? text = "hello", bool fromMe = false, string status = "", bool stub = false,
        string? phone = Phone, string? lid = null, string delivery = "", long business = Business, string field = "", int? raw = null)
    {
        var peer = new Party
        {
            Phone = phone ?? "",
            Lid = lid ?? "",
            Address = lid is null ? phone?.TrimStart('+') + "@s.whatsapp.net" : lid + "@lid",
            Source = phone is null ? Party.Types.Source.None : Party.Types.Source.Direct,
            Field = field,
        };
        var message = new Message
        {
            MessageId = id,
            Kind = Contracts.Message.Types.Kind.Direct,
            Peer = peer,
            Author = fromMe ? new Party { IsBusiness = true } : peer,
            FromMe = fromMe,
            PushName = fromMe || stub ? "" : "Dana",
            Type = stub ? "undecryptable" : "text",
            Status = status,
            Undecryptable = stub,
            SentAt = at is { } known ? Time(known) : null,
        };
        if (text is not null && !stub) message.Text = text;
        return Event($"message {business} {conversation} {id} {fromMe} {stub} {delivery}", business, conversation, new LinkedEvent
        {
            Message = message,
            Raw = raw is { } offset ? new RawPosition { Partition = 3, Offset = offset } : null,
        });
    }

    /// <summary>A conversation turned out to be with two people.</summary>
    public static LinkedEvent Split(long from, long into, string lid = Lid, string phone = Phone) => Event($"split {from} {into}", Business, 0, new LinkedEvent
    {
        ConversationSplit = new ConversationSplit { From = new Contracts.Conversation { ConversationId = from }, Into = new Contracts.Conversation { ConversationId = into }, Lid = lid, Phone = phone },
    });

    /// <summary>The same conversation under a better key.</summary>
    public static LinkedEvent Rekeyed(long conversation) => Event($"rekeyed {conversation}", Business, 0, new LinkedEvent
    {
        ConversationRekeyed = new ConversationRekeyed { Conversation = new Contracts.Conversation { ConversationId = conversation }, OldKey = "lid:7:1" },
    });

    /// <summary>A LID's phone was stated.</summary>
    public static LinkedEvent Learned(string lid = Lid, string phone = Phone, long business = Business)
    {
        var learned = Event($"learned {business} {lid} {phone}", business, 0, new LinkedEvent { PhoneLearned = new PhoneLearned { Lid = lid, Phone = phone, At = Time(0) } });
        learned.Conversation = null;
        return learned;
    }

    public static LinkedEvent GroupMessage(long conversation, string id, string? phone = null, string? lid = null, string text = "hello", int at = 0, bool fromMe = false)
    {
        var author = new Party { Phone = phone ?? "", Lid = lid ?? "", IsBusiness = fromMe };
        return Event($"group {conversation} {id} {phone} {lid} {fromMe}", Business, conversation, new LinkedEvent
        {
            Message = new Message
            {
                MessageId = id,
                Kind = Contracts.Message.Types.Kind.Group,
                GroupId = "120363",
                Author = author,
                FromMe = fromMe,
                Type = "text",
                Text = text,
                SentAt = Time(at),
            },
        });
    }

    public static LinkedEvent Receipt(long conversation, string target, string status, int at = 0, bool targetFromMe = true, string? lid = null) =>
        Event($"receipt {conversation} {target} {status} {at}", Business, conversation, new LinkedEvent
        {
            Receipt = new Receipt
            {
                TargetId = target,
                TargetFromMe = targetFromMe,
                Kind = Contracts.Message.Types.Kind.Direct,
                Peer = lid is null ? null : new Party { Lid = lid, Address = lid + "@lid" },
                Status = status,
                At = Time(at),
            },
        });

    public static LinkedEvent Update(
        long conversation, string target, MessageUpdate.Types.Change change, int at = 0, string? text = null, string reaction = "", bool fromMe = false, bool? targetFromMe = null,
        Party? author = null)
    {
        var update = new MessageUpdate
        {
            Change = change,
            TargetId = target,
            TargetFromMe = targetFromMe ?? fromMe,
            FromMe = fromMe,
            Reaction = reaction,
            At = Time(at),
            Author = author,
            Kind = author is null ? Contracts.Message.Types.Kind.Direct : Contracts.Message.Types.Kind.Group,
        };
        if (text is not null) update.Text = text;
        return Event($"update {conversation} {target} {change} {at} {text} {reaction} {fromMe}", Business, conversation, new LinkedEvent { MessageUpdate = update });
    }

    public static LinkedEvent Merge(long absorbed, long survivor, long business = Business)
    {
        var merge = Event($"merge {absorbed} {survivor}", business, 0, new LinkedEvent
        {
            ConversationMerged = new ConversationMerged
            {
                Absorbed = new Contracts.Conversation { ConversationId = absorbed },
                Survivor = new Contracts.Conversation { ConversationId = survivor },
            },
        });
        merge.Conversation = null;
        return merge;
    }

    private static LinkedEvent Event(string name, long business, long conversation, LinkedEvent body)
    {
        body.EventId = IdOf(name);
        body.BusinessId = business;
        body.Conversation = new Contracts.Conversation { ConversationId = conversation };
        body.ReceivedAt = Time(3600);
        return body;
    }

    private static Timestamp Time(int seconds) => Timestamp.FromDateTime(At(seconds));
}
