namespace Pipeline.Identity;

/// <summary>The order in which a party's phone is looked for. Pure: every answer is an argument, the first that exists wins.</summary>
public static class EvidenceLadder
{
    /// <summary>
    /// Direct and envelope were read from the event; then the LID table, then the session's answer, then a quote where it is trusted, then nothing. All but the first two answer for a LID, so they
    /// count only when there is one. The address stays: the spelling WhatsApp registered for a phone can not be told from its canonical form.
    /// </summary>
    /// <param name="read">What the event itself says.</param>
    /// <param name="table">What the business's table has for the LID.</param>
    /// <param name="endpoint">What the session answered for the LID.</param>
    /// <param name="quoted">Whom the person quoted; null unless the business's operator trusts that.</param>
    public static PartyEvidence Resolve(PartyEvidence read, PhoneNumber? table, PhoneNumber? endpoint, PhoneNumber? quoted = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (read.Phone is not null || read.Lid is null) return read;
        if (table is not null) return read with { Phone = table, Source = EvidenceSource.Table, Field = "lid_mappings" };
        if (endpoint is not null) return read with { Phone = endpoint, Source = EvidenceSource.Endpoint, Field = "resolve-jid" };
        if (quoted is not null) return read with { Phone = quoted, Source = EvidenceSource.Quoted, Field = "contextInfo.participant" };
        return read;
    }
}
