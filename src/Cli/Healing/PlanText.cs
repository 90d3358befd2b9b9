using System.Globalization;

namespace Pipeline.Cli.Healing;

/// <summary>A plan as an operator reads it: step by step, with counts and examples.</summary>
internal static class PlanText
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(PlanSummary plan, bool skipBackfill, bool skipMerge)
    {
        yield return $"{Number(plan.Businesses)} businesses, {Number(plan.Leads)} leads, {Number(plan.Conversations)} conversations, {Number(plan.Messages)} messages; {Number(plan.Mappings)} pairs of LID and phone to go by.";
        yield return "";
        yield return "1. Leads";
        yield return Line(plan.FakePhones, $"have a LID's digits for a phone ({Percent(plan.FakePhones, plan.Leads)})");
        yield return Line(plan.Repaired, "  of these: the LID's phone is known and is written in its place");
        yield return Line(plan.MergedFakes, "  of these: another lead of the same person has the phone, this one loses it");
        yield return Line(plan.Unmapped, "  of these: no mapping known, the phone is cleared and its old text kept");
        foreach (var line in Examples(plan.LeadExamples)) yield return line;
        foreach (var line in Examples(plan.UnmappedExamples)) yield return line;
        yield return Line(plan.LeadsToMerge, "become part of another lead of the same person (marked, not deleted)");
        yield return Line(plan.Identities, "identities go to the lead that stands for theirs");
        yield return "";
        yield return "2. Canonical keys" + (skipBackfill ? " (left out: --skip-backfill)" : "");
        yield return Line(plan.KeysToFill, "conversations get their key");
        yield return Line(plan.KeysToReplace, "get another key; the old one is kept");
        yield return Line(plan.LeadsToAssign, "get the lead of their person");
        yield return "";
        yield return "3. Duplicates" + (skipMerge ? " (left out: --skip-merge)" : "");
        yield return Line(plan.SplitPeople, "people have more than one conversation");
        yield return Line(plan.Duplicates, $"conversations are one too many ({Percent(plan.Duplicates, plan.Conversations)}) and are closed");
        foreach (var line in Examples(plan.MergeExamples)) yield return line;
        yield return "";
        yield return "4. Messages";
        yield return Line(plan.MessagesToLink, "are linked to their conversation");
        yield return Line(plan.ConversationsToMake, "conversations are made for people who have none");
        yield return Line(plan.MessagesOfNobody, "belong to none: stories, channels, broadcast lists; noted");
        yield return "";
        yield return "5. UNIQUE (business_id, canonical_key)" + (skipMerge || skipBackfill ? " (left out)" : "");
        yield return "";
        yield return "Left as it is, for you to look at";
        yield return Line(plan.UnreadablePhones, "leads whose phone is neither a phone nor a LID");
        foreach (var line in Examples(plan.UnreadableExamples)) yield return line;
        yield return Line(plan.FakeIdentities, "identities of the channel phone that hold a LID; they are read as the LID");
        yield return Line(plan.ConversationsWithNobody, "conversations with a story, a channel, or an address that cannot be read");
        yield return Line(plan.MessagesUnreadable, "messages whose address cannot be read; noted");
        yield return Line(plan.Overruled, "conversations name another lead than their address belongs to: the address counts");
        foreach (var line in Examples(plan.OverruledExamples)) yield return line;
    }

    /// <summary>A number with separators.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share.</summary>
    public static string Percent(long part, long whole) => whole == 0 ? "0 %" : (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A count and what it counts.</summary>
    public static string Line(long count, string what) => $"  {Number(count),12}  {what}";

    private static IEnumerable<string> Examples(List<string> examples) => examples.Select(example => $"                  e.g. {example}");
}
