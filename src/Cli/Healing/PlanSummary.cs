using Pipeline.Healing;

namespace Pipeline.Cli.Healing;

/// <summary>The plans of all businesses, added up, with a few examples of each kind.</summary>
/// <param name="examples">How many examples of each kind are kept.</param>
/// <param name="numbers">How numbers are shown.</param>
internal sealed class PlanSummary(int examples, ShownNumbers numbers)
{
    public int Businesses { get; private set; }
    public long Leads { get; private set; }
    public long FakePhones { get; private set; }
    public long Repaired { get; private set; }
    public long MergedFakes { get; private set; }
    public long Unmapped { get; private set; }
    public long UnreadablePhones { get; private set; }
    public long LeadsToMerge { get; private set; }
    public long Identities { get; private set; }
    public long FakeIdentities { get; private set; }
    public long Conversations { get; private set; }
    public long KeysToFill { get; private set; }
    public long KeysToReplace { get; private set; }
    public long LeadsToAssign { get; private set; }
    public long SplitPeople { get; private set; }
    public long Duplicates { get; private set; }
    public long ConversationsToMake { get; private set; }
    public long Messages { get; private set; }
    public long MessagesToLink { get; private set; }
    public long MessagesOfNobody { get; private set; }
    public long MessagesUnreadable { get; private set; }
    public long ConversationsWithNobody { get; private set; }
    public long Overruled { get; private set; }
    public long Mappings { get; private set; }

    public List<string> LeadExamples { get; } = [];
    public List<string> UnmappedExamples { get; } = [];
    public List<string> MergeExamples { get; } = [];
    public List<string> UnreadableExamples { get; } = [];
    public List<string> OverruledExamples { get; } = [];

    /// <summary>Nothing would change.</summary>
    public bool IsEmpty => Repaired + MergedFakes + Unmapped + LeadsToMerge + Identities + KeysToFill + KeysToReplace + LeadsToAssign + Duplicates + ConversationsToMake + MessagesToLink + MessagesOfNobody + MessagesUnreadable == 0;

    /// <summary>Adds a business.</summary>
    public void Add(HealingPlan plan, BusinessFacts facts)
    {
        Businesses++;
        Mappings += plan.People.Mappings.Count;
        AddLeads(plan, facts);
        AddConversations(plan, facts);
        foreach (var row in facts.Messages)
        {
            Messages += row.Messages;
            var kind = plan.People.PeerOf(row.FromMe, row.From, row.To).Kind;
            if (kind == AddressKind.NoPerson) MessagesOfNobody += row.Unlinked;
            else if (kind == AddressKind.Unreadable) MessagesUnreadable += row.Unlinked;
        }
        MessagesToLink += plan.MessagesToLink;
    }

    private void AddLeads(HealingPlan plan, BusinessFacts facts)
    {
        Leads += facts.Leads.Count;
        FakePhones += facts.Leads.Count(lead => plan.People.Lids.IsFakePhone(lead.Phone));
        Identities += plan.Identities.Count;
        FakeIdentities += facts.Identities.Count(identity => identity.Channel == "phone" && plan.People.Lids.Read(identity.ExternalId).Kind == AddressKind.Lid);
        foreach (var change in plan.Leads)
        {
            var old = numbers.Show(change.Lead.Phone);
            if (change.Merges) LeadsToMerge++;
            if (change.Kept.Fate == PhoneFate.Unreadable)
            {
                UnreadablePhones++;
                Example(UnreadableExamples, $"lead {change.Lead.Id}: “{old}”");
            }
            if (!change.Writes) continue;
            if (change.Kept.Fate == PhoneFate.Repaired)
            {
                Repaired++;
                Example(LeadExamples, $"lead {change.Lead.Id}: {old} → {numbers.Show(change.NewPhone)}");
            }
            else if (change.Kept.Fate == PhoneFate.Merged)
            {
                MergedFakes++;
                Example(LeadExamples, $"lead {change.Lead.Id}: {old} → none; part of lead {change.Kept.MergedInto}");
            }
            else
            {
                Unmapped++;
                Example(UnmappedExamples, $"lead {change.Lead.Id}: {old} → none");
            }
        }
    }

    private void AddConversations(HealingPlan plan, BusinessFacts facts)
    {
        Conversations += facts.Conversations.Count;
        ConversationsWithNobody += plan.People.WithNobody.Count;
        ConversationsToMake += plan.Creations.Count;
        foreach (var change in plan.Conversations)
        {
            if (change.NewLead != change.Conversation.LeadId) LeadsToAssign++;
            if (change.NewKey == change.Conversation.Key) continue;
            if (change.Conversation.Key is null) KeysToFill++;
            else KeysToReplace++;
        }
        foreach (var merge in plan.Merges)
        {
            SplitPeople++;
            Duplicates += merge.Absorbed.Count;
            Example(MergeExamples, $"conversation {string.Join(", ", merge.Absorbed.Select(one => $"{one.Id} ({numbers.Show(one.WaId)})"))} into {merge.Survivor.Id} ({numbers.Show(merge.Survivor.WaId)})");
        }
        foreach (var conversation in plan.People.Overruled)
        {
            Overruled++;
            Example(OverruledExamples, $"conversation {conversation.Id} ({numbers.Show(conversation.WaId)}) names lead {conversation.LeadId}");
        }
    }

    private void Example(List<string> list, string text)
    {
        if (list.Count < examples) list.Add(text);
    }
}
