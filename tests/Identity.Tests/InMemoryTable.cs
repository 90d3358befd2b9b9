namespace Pipeline.Identity.Tests;

/// <summary>A LID table of one business, as small as one can be: the latest pair counts.</summary>
internal sealed class InMemoryTable
{
    private readonly Dictionary<Lid, PhoneNumber> _phones = [];
    private readonly Dictionary<PhoneNumber, Lid> _lids = [];

    public void Learn(Lid lid, PhoneNumber phone)
    {
        _phones[lid] = phone;
        _lids[phone] = lid;
    }

    public ReadEvent Resolve(ReadEvent read)
    {
        foreach (var pair in read.Pairs) Learn(pair.Lid, pair.Phone);
        return read with { Peer = Resolve(read.Peer), Author = Resolve(read.Author), Reader = Resolve(read.Reader) };
    }

    private PartyEvidence? Resolve(PartyEvidence? party)
    {
        if (party is null) return null;
        PhoneNumber? phone = party.Lid is { } lid && _phones.TryGetValue(lid, out var known) ? known : null;
        var resolved = EvidenceLadder.Resolve(party, phone, null);
        // The cases name the LID of a person who wrote by phone where the table has it, as the result files do.
        return resolved is { Lid: null, Phone: { } p } && _lids.TryGetValue(p, out var other) ? resolved with { Lid = other } : resolved;
    }
}
