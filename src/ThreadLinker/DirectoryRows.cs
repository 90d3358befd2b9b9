using Npgsql;
using Pipeline.Contracts;

namespace Pipeline.ThreadLinker;

/// <summary>How people and pairs are read from the tables: the columns, and what they mean.</summary>
internal static class DirectoryRows
{
    /// <summary>A person <c>p</c> with the conversation <c>c</c>, for <see cref="PersonOf"/>.</summary>
    public const string PersonColumns = """
        p.business_id, p.lead_id, p.owner, p.phone_e164, p.phone_rank, p.phone_at, p.push_name, p.push_name_at, p.name, p.name_at, c.id, c.canonical_key
        """;

    /// <summary>How many columns that are: the next one's number.</summary>
    public const int AfterPerson = 12;

    /// <summary>A pair <c>p</c>, for <see cref="PairOf"/>.</summary>
    public const string PairColumns = "p.business_id, p.channel, p.external_id, p.other_channel, p.other_id, p.phone_rank, p.seen_at";

    /// <summary>The person of a row.</summary>
    public static Person PersonOf(NpgsqlDataReader row)
    {
        var (business, id) = (row.GetInt64(0), row.GetInt64(1));
        // A phone without evidence was written into the table from outside: anything that WhatsApp states is newer.
        PhoneEvidence? phone = row.IsDBNull(3) ? null : new(row.GetString(3), row.IsDBNull(4) ? PhoneRank.LookUp : (PhoneRank)row.GetInt16(4), TimeOf(row, 5));
        var conversation = row.IsDBNull(10) ? null : LinkedConversation.Stored(business, row.GetString(11), id, row.GetInt64(10));
        return Person.Stored(business, id, OwnershipText.Of(row.GetString(2)), phone, NameOf(row, 6), conversation, NameOf(row, 8));
    }

    /// <summary>The pair of a row.</summary>
    public static PairStatement PairOf(NpgsqlDataReader row)
    {
        var one = new ContactIdentity(row.GetInt64(0), ChannelText.Of(row.GetString(1)), row.GetString(2));
        var other = new ContactIdentity(row.GetInt64(0), ChannelText.Of(row.GetString(3)), row.GetString(4));
        return new PairStatement(StatedPair.Of(one, other), row.IsDBNull(5) ? null : new PhoneEvidence(one.ExternalId, (PhoneRank)row.GetInt16(5), TimeOf(row, 6)));
    }

    /// <summary>The position on <c>raw</c> in two columns; null when it is not told.</summary>
    public static RawPosition? RawOf(NpgsqlDataReader row, int at) =>
        row.IsDBNull(at) ? null : new RawPosition { Partition = row.GetInt32(at), Offset = row.GetInt64(at + 1) };

    private static DatedName? NameOf(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : new(row.GetString(at), TimeOf(row, at + 1));

    private static DateTime TimeOf(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? DateTime.MinValue : row.GetDateTime(at);
}
