namespace Pipeline.Healing.Generating;

/// <summary>Somebody who does not exist, with what an older installation holds of them.</summary>
internal sealed class CastMember(long person, long business, string? phone, string? lid)
{
    public long Person { get; } = person;
    public long Business { get; } = business;

    /// <summary>Digits; null for a group.</summary>
    public string? Phone { get; } = phone;

    /// <summary>Digits; null when there is none.</summary>
    public string? Lid { get; } = lid;

    /// <summary>Some evidence joins phone and LID.</summary>
    public bool IsKnown { get; set; }

    /// <summary>The evidence is a mapping.</summary>
    public bool IsMapped { get; set; }

    /// <summary>Every address that messages come from.</summary>
    public List<string> Addresses { get; } = [];

    /// <summary>The conversations: address and number of the lead (an index into <see cref="LeadPhones"/>), or -1.</summary>
    public List<(string Address, int Lead)> Conversations { get; } = [];

    /// <summary>The leads, by what stands in their phone.</summary>
    public List<string?> LeadPhones { get; } = [];

    /// <summary>The identities: lead, channel, address.</summary>
    public List<(int Lead, string Channel, string Address)> Identities { get; } = [];
}

/// <summary>The whole cast of a generated database: how many are split, and by what.</summary>
internal static class Cast
{
    private const int GroupsOfHundred = 2;
    private const int LeadsOfHundred = 90;
    private const int UnmappedOfHundred = 10;

    /// <summary>Invents everybody.</summary>
    public static List<CastMember> Invent(GeneratedSize size, Invention invention)
    {
        var random = invention.Random;
        var duplicates = (int)((long)size.Conversations * size.DuplicatePercent / 100);
        var people = size.Conversations - duplicates;
        var groups = people * GroupsOfHundred / 100;
        var cast = new List<CastMember>();
        for (var i = 0; i < people; i++)
        {
            var business = (i % size.Businesses) + 1;
            if (i < groups) cast.Add(Group(i, business, random));
            else cast.Add(new CastMember(i, business, invention.Phone(), invention.Lid()));
        }
        var single = cast.Skip(groups).ToArray();
        random.Shuffle(single);
        var split = single.Take(duplicates).ToArray();

        // Of those who are split: a second lead made of the LID; one lead that has both addresses; or one phone written in two ways.
        var secondLeads = size.FakePhonePercent == 0 ? 0 : Math.Min(split.Length * 4 / 10, single.Length * size.FakePhonePercent / 200);
        for (var i = 0; i < split.Length; i++)
        {
            if (i < secondLeads) SplitByLead(split[i], invention);
            else if (i % 2 == 0) SplitByIdentity(split[i], invention);
            else SplitBySpelling(split[i], invention);
        }

        var rest = single.Skip(split.Length).ToArray();
        var withLead = rest.Length * LeadsOfHundred / 100;
        var leads = split.Length + secondLeads + withLead;
        var fakes = Math.Min(withLead, (leads * size.FakePhonePercent / 100) - secondLeads);
        for (var i = 0; i < rest.Length; i++)
        {
            if (i < fakes) WithFakePhone(rest[i], isMapped: i % 100 >= UnmappedOfHundred, invention);
            else Plain(rest[i], hasLead: i < withLead, invention);
        }
        // One extra conversation each is as many as there are people; more duplicates are third and fourth ones.
        for (var i = 0; i < duplicates - split.Length; i++)
        {
            var member = single[i % single.Length];
            member.Conversations.Add((invention.Written(member.Phone!), -1));
            if (!member.IsMapped) member.IsKnown = member.IsMapped = true;
        }
        // A few have written and have no conversation at all.
        for (var i = 0; i < Math.Max(1, people / 500); i++)
        {
            var member = new CastMember(people + i, (i % size.Businesses) + 1, invention.Phone(), null);
            member.Addresses.Add(invention.Written(member.Phone!));
            cast.Add(member);
        }
        return cast;
    }

    private static CastMember Group(int person, long business, Random random)
    {
        var group = new CastMember(person, business, null, null);
        group.Conversations.Add(($"1203630{random.NextInt64(10_000_000_000, 99_999_999_999)}@g.us", -1));
        group.Addresses.Add(group.Conversations[0].Address);
        return group;
    }

    private static void SplitByLead(CastMember member, Invention invention)
    {
        member.IsKnown = member.IsMapped = true;
        member.LeadPhones.AddRange([invention.Random.Next(2) == 0 ? "+" + member.Phone : member.Phone, member.Lid]);
        member.Conversations.AddRange([(invention.Written(member.Phone!), 0), (AsLid(member, invention), 1)]);
        member.Identities.AddRange([(0, "phone", "+" + member.Phone), (1, "whatsapp", member.Lid + "@lid")]);
        Speak(member);
    }

    private static void SplitByIdentity(CastMember member, Invention invention)
    {
        member.IsKnown = true;
        member.LeadPhones.Add("+" + member.Phone);
        member.Conversations.AddRange([(invention.Written(member.Phone!), 0), (AsLid(member, invention), -1)]);
        member.Identities.AddRange([(0, "phone", "+" + member.Phone), (0, "whatsapp", member.Lid + "@lid")]);
        Speak(member);
    }

    private static void SplitBySpelling(CastMember member, Invention invention)
    {
        member.LeadPhones.Add("+" + member.Phone);
        member.Conversations.AddRange([(invention.Written(member.Phone!), 0), (invention.Written(member.Phone!), -1)]);
        Speak(member);
    }

    private static void WithFakePhone(CastMember member, bool isMapped, Invention invention)
    {
        member.IsKnown = member.IsMapped = isMapped;
        member.LeadPhones.Add(invention.Random.Next(3) == 0 ? invention.WrittenAsPhone(member.Lid!) : member.Lid);
        // Without a mapping, an address on the LID server is what shows that the digits are no phone.
        member.Conversations.Add((isMapped ? AsLid(member, invention) : member.Lid + "@lid", 0));
        Speak(member);
    }

    private static void Plain(CastMember member, bool hasLead, Invention invention)
    {
        member.Conversations.Add((invention.Written(member.Phone!), hasLead ? 0 : -1));
        if (hasLead) member.LeadPhones.Add(invention.Random.Next(2) == 0 ? "+" + member.Phone : invention.Written(member.Phone!));
        Speak(member);
    }

    private static string AsLid(CastMember member, Invention invention) => invention.Random.Next(2) == 0 ? member.Lid + "@lid" : invention.WrittenAsPhone(member.Lid!);

    private static void Speak(CastMember member) => member.Addresses.AddRange(member.Conversations.Select(conversation => conversation.Address));
}
