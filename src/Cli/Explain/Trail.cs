using Pipeline.Identity;

namespace Pipeline.Cli.Explain;

/// <summary>What a reference has led to so far: each thing once, in the order in which it was met.</summary>
internal sealed class Trail
{
    private readonly List<string> lids = [];
    private readonly List<string> phones = [];
    private readonly Reference asked;

    private Trail(Reference asked) => this.asked = asked;

    /// <summary>LIDs to look up.</summary>
    public string[] Lids => [.. lids];

    /// <summary>Phones to look up.</summary>
    public string[] Phones => [.. phones];

    /// <summary>Messages to look up.</summary>
    public string[] MessageIds { get; private init; } = [];

    /// <summary>LIDs whose person is wanted. A LID that only once claimed the phone that was asked for has another person.</summary>
    public string[] LidsToFindPeopleBy => asked is Reference.OfPhone ? [] : Lids;

    /// <summary>Begins with what was asked and what the raw topic had to say.</summary>
    public static Trail Of(Reference asked, RawSearch? search)
    {
        var trail = new Trail(asked)
        {
            MessageIds = asked switch
            {
                Reference.Message message => [message.Id],
                _ => [.. (search?.Events ?? []).Select(found => found.MessageId).OfType<string>().Distinct()],
            },
        };
        if (asked is Reference.OfLid lid) trail.Add(lid.Lid.Digits);
        if (asked is Reference.OfPhone phone) trail.phones.Add(phone.Phone.ToString());
        foreach (var found in search?.Events ?? [])
        {
            foreach (var (_, party) in found.Parties)
                if (!party.IsBusiness) trail.Add(party.Lid?.Digits, party.Phone?.ToString());
            if (found.Read.Ruling is { } ruling) trail.Add(ruling.Lid.Digits, ruling.Phone.ToString());
            // A roster may hold thousands.
            if (found.Read.Pairs.Count == 1) trail.Add(found.Read.Pairs[0].Lid.Digits, found.Read.Pairs[0].Phone.ToString());
        }
        return trail;
    }

    /// <summary>Adds the addresses of a party, unless it is the business itself.</summary>
    public void Add(PartyFacts party)
    {
        if (!party.IsBusiness) Add(party.Lid, party.Phone);
    }

    /// <summary>Adds a LID.</summary>
    public void Add(string lid) => Add(lid, null);

    private void Add(string? lid, string? phone)
    {
        if (lid is not null && !lids.Contains(lid)) lids.Add(lid);
        if (phone is not null && !phones.Contains(phone)) phones.Add(phone);
    }
}
