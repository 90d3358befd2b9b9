namespace Pipeline.Healing;

/// <summary>
/// Decides what has to change in one business: compares what its rows say with what they should say. Pure, and it looks only at the rows,
/// so a plan made after half of another plan was done is the other half.
/// </summary>
public static class Planner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="facts">The business as it is.</param>
    /// <param name="options">How far to go.</param>
    public static HealingPlan Plan(BusinessFacts facts, BackfillOptions options)
    {
        var people = People.Of(facts, options.Region);
        var plan = new HealingPlan(people);
        var holders = new Dictionary<string, long>(StringComparer.Ordinal);
        if (facts.KeysAreUnique)
        {
            foreach (var conversation in facts.Conversations)
                if (conversation.Key is { } key) holders[key] = conversation.Id;
        }
        foreach (var person in people.All)
        {
            foreach (var lead in person.Leads) PlanLead(plan, person, lead, options);
            PlanConversations(plan, person, facts.KeysAreUnique, holders, options);
        }
        PlanIdentities(plan, facts, options);
        return plan;
    }

    private static void PlanLead(HealingPlan plan, Person person, LeadRow lead, BackfillOptions options)
    {
        var lids = plan.People.Lids;
        long? into = lead == person.Lead ? null : person.Lead!.Id;
        if (options.SkipMerge) into = lead.Kept?.MergedInto;
        var isFake = lids.IsFakePhone(lead.OriginalPhone);
        var original = lids.Read(lead.OriginalPhone);

        KeptLead kept;
        string? phone = lead.Phone;
        if (isFake)
        {
            if (options.SkipMerge && lead != person.Lead) return;

            // Merged or not, only the lead that stands for all has the phone: it may be there once.
            var (fate, repaired) = lead != person.Lead ? (PhoneFate.Merged, null)
                : person.StatedPhone is { } stated ? (PhoneFate.Repaired, stated)
                : (PhoneFate.Unmapped, (string?)null);
            phone = repaired;
            kept = new KeptLead(repaired, into, fate, lead.OriginalPhone, repaired);
            plan.FakePhones.Add((lead, kept));
        }
        else
        {
            var believed = original.Kind == AddressKind.Phone ? original.Id : null;
            var fate = believed is null && !string.IsNullOrWhiteSpace(lead.OriginalPhone) ? PhoneFate.Unreadable : PhoneFate.Kept;
            kept = new KeptLead(believed, into, fate, lead.Kept?.OldPhone, lead.Kept?.NewPhone);
        }
        if (phone != lead.Phone || kept != lead.Kept) plan.Leads.Add(new LeadChange(lead, phone, phone != lead.Phone, kept));
    }

    private static void PlanIdentities(HealingPlan plan, BusinessFacts facts, BackfillOptions options)
    {
        if (options.SkipMerge) return;
        foreach (var identity in facts.Identities)
        {
            if (plan.People.WithLead(identity.LeadId) is { Lead: { } lead } && lead.Id != identity.LeadId)
                plan.Identities.Add(new IdentityMove(identity.Id, identity.LeadId, lead.Id));
        }
    }

    private static void PlanConversations(HealingPlan plan, Person person, bool keysAreUnique, Dictionary<string, long> holders, BackfillOptions options)
    {
        plan.MessagesToLink += person.UnlinkedMessages;
        var isGroup = person.Addresses is [{ Kind: AddressKind.Group }];
        var live = person.Conversations.Where(conversation => conversation.MergedInto is null).ToList();
        if (options.SkipBackfill) live.RemoveAll(conversation => conversation.Key is null);
        if (live.Count == 0)
        {
            if (person.UnlinkedMessages > 0 && person.Conversations.Count == 0) plan.Creations.Add(new NewConversation(person, WaIdOf(person)));
            return;
        }

        var survivor = live[0];
        foreach (var conversation in live)
        {
            // A group has no lead of its own; what the row says is not ours to judge. A duplicate without a lead is closed without one.
            var own = isGroup || (conversation != survivor && conversation.LeadId is null) ? conversation.LeadId : person.Lead?.Id ?? conversation.LeadId;
            var key = options.SkipBackfill ? conversation.Key : KeyOf(conversation);
            if (key != conversation.Key || own != conversation.LeadId) plan.Conversations.Add(new ConversationChange(conversation, key, own));
        }

        if (options.SkipMerge) return;
        var absorbed = live.Skip(1).Concat(person.Conversations.Where(conversation => conversation.MergedInto is { } into && (conversation.IsOpen || into != survivor.Id || conversation.Key is not null))).ToList();
        if (absorbed.Count == 0) return;
        var lead = (isGroup ? null : person.Lead?.Id) ?? survivor.LeadId ?? absorbed.Select(conversation => conversation.LeadId).FirstOrDefault(named => named is not null);
        var isFree = !holders.TryGetValue(person.Key, out var holder) || holder == survivor.Id || absorbed.Exists(conversation => conversation.Id == holder);
        plan.Merges.Add(new ConversationMerge(survivor, absorbed, options.SkipBackfill ? survivor.Key : isFree ? person.Key : null, lead));

        string? KeyOf(ConversationRow conversation)
        {
            if (!keysAreUnique || conversation.Key == person.Key) return person.Key;
            // With the constraint of an earlier run, a duplicate gets no key: merging it closes it, and passes on the one it may hold.
            if (conversation != survivor) return options.SkipMerge ? null : conversation.Key;
            return holders.ContainsKey(person.Key) ? null : person.Key;
        }
    }

    private static string WaIdOf(Person person) => person.Addresses switch
    {
        [{ Kind: AddressKind.Group, Id: var group }] => $"{group}@g.us",
        _ when person.Phone is { } phone => $"{phone[1..]}@s.whatsapp.net",
        _ => $"{person.Addresses.First(address => address.Kind == AddressKind.Lid).Id}@lid",
    };
}
