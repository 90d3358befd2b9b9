using Npgsql;
using Pipeline.Streaming;

namespace Pipeline.Cli.Explain;

/// <summary>Rows of <see cref="ExplanationReader"/>'s statements, column by column.</summary>
internal static class ExplanationRows
{
    private static readonly string[] Statuses = ["ERROR", "PENDING", "SERVER_ACK", "DELIVERY_ACK", "READ", "PLAYED"];

    /// <summary>A message.</summary>
    public static StoredMessage Message(NpgsqlDataReader row, string topic)
    {
        var (kind, authorKey) = (Text(row, 3), row.GetString(12));
        var status = row.IsDBNull(6) ? (int?)null : row.GetInt16(6);
        return new StoredMessage
        {
            MessageId = row.GetString(0),
            SentAt = Time(row, 1),
            FromMe = row.GetBoolean(2),
            Kind = kind,
            Type = row.GetString(4),
            Text = Text(row, 5),
            Status = status is >= 0 and < 6 ? Statuses[status.Value] : null,
            EditedAt = Time(row, 7),
            Revoked = row.GetBoolean(8),
            ConversationId = row.IsDBNull(9) ? null : row.GetInt64(9),
            ConversationKey = Text(row, 10),
            LeadId = row.IsDBNull(11) ? null : row.GetInt64(11),
            Peer = kind == "group" ? null : new PartyFacts(Text(row, 13), Text(row, 14), row.GetString(15), Text(row, 16), false),
            Author = new PartyFacts(Text(row, 17), Text(row, 18), row.GetString(19), Text(row, 20), authorKey == "business"),
            Origin = Origin(row, 21, topic),
        };
    }

    /// <summary>A lead.</summary>
    public static Person Person(NpgsqlDataReader row) => new()
    {
        LeadId = row.GetInt64(0),
        Phone = Text(row, 1),
        PhoneRank = row.IsDBNull(2) ? null : row.GetInt16(2),
        PhoneAt = Time(row, 3),
        Name = Text(row, 4),
        PushName = Text(row, 5),
        PushNameAt = Time(row, 6),
        Owner = row.GetString(7),
    };

    /// <summary>A lead that became part of another.</summary>
    public static AbsorbedLead Absorbed(NpgsqlDataReader row, string topic) => new(
        row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2), Text(row, 3), Time(row, 4), row.IsDBNull(5) ? null : Origin(row, 5, topic));

    /// <summary>A conversation.</summary>
    public static ConversationFacts Conversation(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Key = row.GetString(1),
        Kind = row.GetString(2),
        LeadId = row.IsDBNull(3) ? null : row.GetInt64(3),
        GroupId = Text(row, 4),
        Messages = row.GetInt64(5),
        Unread = row.GetInt64(6),
        LastMessageAt = Time(row, 7),
        IsOpen = row.GetBoolean(8),
        OldKeys = row.GetFieldValue<string[]>(9),
        MergedIds = row.GetFieldValue<long[]>(10),
    };

    /// <summary>A stated phone.</summary>
    public static StatedPhone Stated(NpgsqlDataReader row, string topic) =>
        new(row.GetString(1), row.GetString(2), row.GetString(3), row.GetDateTime(4), row.GetDateTime(5), Origin(row, 6, topic));

    /// <summary>A parked LID.</summary>
    public static ParkedLid Parked(NpgsqlDataReader row, string topic) =>
        new(row.GetString(1), row.GetString(2), row.GetDateTime(3), row.GetInt32(4), Time(row, 5), row.GetDateTime(6), Origin(row, 7, topic));

    /// <summary>A hint.</summary>
    public static QuotedPhone Hint(NpgsqlDataReader row, string topic) => new(row.GetString(1), row.GetDateTime(2), row.GetDateTime(3), Origin(row, 4, topic));

    /// <summary>What an operator said, from the phone on.</summary>
    public static PairRuling Ruling(NpgsqlDataReader row, int at, string topic) => new(row.GetString(at), row.GetBoolean(at + 1), row.GetDateTime(at + 2), Origin(row, at + 3, topic));

    /// <summary>A pair of people who have not written yet.</summary>
    public static WaitingPair Waiting(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt32(2), Time(row, 3));

    /// <summary>An event id, then partition and offset.</summary>
    public static Origin Origin(NpgsqlDataReader row, int at, string topic) =>
        new(row.GetGuid(at), row.IsDBNull(at + 1) || row.IsDBNull(at + 2) ? null : new Position(topic, row.GetInt32(at + 1), row.GetInt64(at + 2)));

    private static string? Text(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    // “Since ever” (-infinity) stands for no time at all.
    private static DateTime? Time(NpgsqlDataReader row, int at) => row.IsDBNull(at) || row.GetDateTime(at) is var time && time == DateTime.MinValue ? null : row.GetDateTime(at);
}
