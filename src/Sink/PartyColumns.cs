using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Sink;

/// <summary>What is stored of a party with each message.</summary>
/// <param name="Phone">Canonical E.164, or null.</param>
/// <param name="Lid">The digits of the LID, or null.</param>
/// <param name="Source">How the phone was found: <c>direct</c>, <c>envelope</c>, <c>table</c>, <c>endpoint</c> or <c>none</c>.</param>
public readonly record struct PartyColumns(string? Phone, string? Lid, string Source)
{
    /// <summary>What is known of a party; nothing, of none.</summary>
    public static PartyColumns Of(Party? party) => party is null
        ? new(null, null, "none")
        : new(PostgresText.OrNull(party.Phone), PostgresText.OrNull(party.Lid), party.Source switch
        {
            Party.Types.Source.Direct => "direct",
            Party.Types.Source.Envelope => "envelope",
            Party.Types.Source.Table => "table",
            Party.Types.Source.Endpoint => "endpoint",
            _ => "none",
        });

    /// <summary>What both say together: the known is never replaced.</summary>
    public PartyColumns And(PartyColumns later) => new(Phone ?? later.Phone, Lid ?? later.Lid, Phone is null && later.Phone is not null ? later.Source : Source);

    /// <summary>True when a phone is absent or has the form that the database demands (domain e164).</summary>
    public static bool IsStorable(Party? party) =>
        party is null || party.Phone.Length == 0
        || (party.Phone.Length is >= 8 and <= 16 && party.Phone[0] == '+' && party.Phone[1] is >= '1' and <= '9'
            && party.Phone.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0);
}
