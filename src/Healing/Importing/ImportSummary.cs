using System.Globalization;

namespace Pipeline.Healing.Importing;

/// <summary>What an operator reads after an export has been read.</summary>
public static class ImportSummary
{
    /// <summary>How many of each kind are shown.</summary>
    public const int Examples = 20;

    /// <summary>The lines.</summary>
    /// <param name="history">What was read.</param>
    /// <param name="list">What follows from it.</param>
    /// <param name="business">Whose history it is.</param>
    /// <param name="showNumbers">Whether phones and LIDs are written out; otherwise but the last two digits.</param>
    public static IEnumerable<string> Lines(SplitHistory history, MergeList list, long business, bool showNumbers)
    {
        yield return $"Business {business}: {Count(list.Chats, "chat")} of {Count(list.Persons, "person", "persons")}; {Count(history.Messages, "message")}, {Count(history.Contacts, "contact")}, {Count(history.Groups, "group")} left alone.";
        if (history.SetAside > 0) yield return $"{Count(history.SetAside, "row")} of status posts, channels, lists and settings needed no reading.";
        if (history.Instances.Count > 1) yield return $"The rows are of {history.Instances.Count} sessions, all taken for business {business}. Export each business by itself if they are of several.";
        if (history.Own.IsEmpty) yield return "The export does not name the business's own number.";
        yield return "";
        yield return $"{Count(list.Rows.Count, "duplicate")} to merge:";
        foreach (var reason in list.Rows.GroupBy(row => row.Reason).OrderBy(reason => reason.Key, StringComparer.Ordinal))
            yield return $"  {reason.Key,-20} {reason.Count().ToString("N0", CultureInfo.InvariantCulture),10}  {Words(reason.Key)}";
        foreach (var line in Shown("LIDs without a phone", FindingKind.LidWithoutPhone)) yield return line;
        foreach (var line in Shown("Fake phones", FindingKind.FakePhone)) yield return line;
        foreach (var line in Shown("Contradictions", FindingKind.Contradiction)) yield return line;

        if (history.UnreadCount == 0) yield break;
        yield return "";
        yield return $"Could not be read: {Count(history.UnreadCount, "line")}";
        foreach (var unread in history.Unread.Take(Examples)) yield return $"  line {unread.Line}: {unread.Why}";
        if (history.UnreadCount > Examples) yield return $"  … and {(history.UnreadCount - Examples).ToString("N0", CultureInfo.InvariantCulture)} more";

        IEnumerable<string> Shown(string title, string kind)
        {
            var found = list.Findings.Where(finding => finding.Kind == kind).ToList();
            if (found.Count == 0) yield break;
            yield return "";
            yield return $"{title}: {found.Count.ToString("N0", CultureInfo.InvariantCulture)}";
            foreach (var finding in found.Take(Examples)) yield return $"  {Number(finding.What)} ({Number(finding.Where)}): {Number(finding.Why)}";
            if (found.Count > Examples) yield return $"  … and {(found.Count - Examples).ToString("N0", CultureInfo.InvariantCulture)} more";
        }

        string Number(string text) => showNumbers ? text : ShortNumbers.In(text);
    }

    private static string Words(string reason) => reason switch
    {
        MergeReason.Device => "one address, once with the number of a device",
        MergeReason.Spelling => "one address in two spellings",
        MergeReason.SameAddress => "one address on two contacts",
        MergeReason.NumberForm => "two spellings of one number",
        MergeReason.LidTakenForPhone => "digits of a LID had been taken for a phone",
        _ => "the export says that the LID is the phone",
    };

    private static string Count(long number, string one, string? many = null) => $"{number.ToString("N0", CultureInfo.InvariantCulture)} {(number == 1 ? one : many ?? one + "s")}";
}
