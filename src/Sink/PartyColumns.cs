using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Sink;

/// <summary>What is stored of a party with each message.</summary>
/// <param name="Phone">Canonical E.164, or null.</param>
/// <param name="Lid">The digits of the LID, or null.</param>
/// <param name="Source">How the phone was found: <c>direct</c>, <c>envelope</c>, <c>table</c>, <c>endpoint</c>, <c>quoted</c> or <c>none</c>; stored rows may say <c>late</c>.</param>
/// <param name="Field">The field of the event that gave the phone; null when none did.</param>
public readonly record struct PartyColumns(string? Phone, string? Lid, string Source, string? Field)
{
    /// <summary>What is known of a party; nothing, of none.</summary>
    public static PartyColumns Of(Party? party) => party is null
        ? new(null, null, "none", null)
        : new(PostgresText.OrNull(party.Phone), PostgresText.OrNull(party.Lid), party.Source switch
        {
            Party.Types.Source.Direct => "direct",
            Party.Types.Source.Envelope => "envelope",
            Party.Types.Source.Table => "table",
            Party.Types.Source.Endpoint => "endpoint",
            Party.Types.Source.Quoted => "quoted",
            _ => "none",
        }, party.Phone.Length > 0 ? PostgresText.OrNull(party.Field) : null);

    /// <summary>
    /// The address by which the event names a party. A party whose phone only stood beside its LID has the phone's address for replies; what it is named by
    /// is the LID all the same.
    /// </summary>
    public static string? AddressItself(Party? party) =>
        party is { Source: Party.Types.Source.Envelope, Lid.Length: > 0 } ? PostgresText.Of(party.Lid) + "@lid" : PostgresText.OrNull(party?.Address);

    /// <summary>The sources that say what somebody knew of a LID when the message passed, and not what the message itself says.</summary>
    public static IReadOnlyList<string> LookedUp { get; } = ["table", "endpoint", "quoted"];

    /// <summary>The source of a phone that was not known yet when the message, or a copy of it, passed.</summary>
    public const string Late = "late";

    private bool IsStated => Phone is not null && Source != Late && !LookedUp.Contains(Source);

    /// <summary>
    /// What two copies say together. The known is never replaced by something else, and source and field stay with the phone they gave. A phone that was
    /// looked up for one copy and unknown to another was late; what a copy itself states outranks that. So it does not matter whether the phone
    /// or the second copy came first. The same rules as <see cref="MessageSql.BestOfBoth"/>.
    /// </summary>
    public PartyColumns And(PartyColumns later)
    {
        var evidence = Phone is null || (Source == Late && later.IsStated) ? later : this;
        var other = evidence == this ? later : this;
        var isLate = LookedUp.Contains(evidence.Source) && (other.Source == Late || other is { Phone: null, Lid: not null });
        return new(evidence.Phone, Lid ?? later.Lid, isLate ? Late : evidence.Source, evidence.Field);
    }

    /// <summary>True when a phone is absent or has the form that the database demands (domain e164).</summary>
    public static bool IsStorable(Party? party) => party is null || party.Phone.Length == 0 || IsE164(party.Phone);

    /// <summary>True for the form that the database demands (domain e164).</summary>
    public static bool IsE164(string phone) =>
        phone.Length is >= 8 and <= 16 && phone[0] == '+' && phone[1] is >= '1' and <= '9' && phone.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0;
}
