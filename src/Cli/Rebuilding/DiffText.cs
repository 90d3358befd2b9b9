using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Cli.Healing;

namespace Pipeline.Cli.Rebuilding;

/// <summary>Differences in words, and as one JSON object. Phones and LIDs by their last two digits and no names, unless all is asked for.</summary>
internal sealed class DiffText(RebuildPlaces places, bool inFull)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private readonly ShownNumbers numbers = new(inFull);

    /// <summary>The lines.</summary>
    public IEnumerable<string> Lines(Differences found)
    {
        yield return $"Live '{places.LiveSchema}' against the rebuild '{places.Schema}'";
        if (found.Counts.Count == 0)
            yield return Text($"  No difference: {found.LiveMessages - found.Newer:N0} messages in {found.LiveConversations:N0} conversations of {found.Businesses:N0} businesses are the same on both sides.");
        foreach (var business in found.Counts.GroupBy(count => count.Business))
        {
            yield return Text($"Business {business.Key}");
            foreach (var count in business)
            {
                yield return "  " + InWords(count);
                foreach (var example in found.Examples.Where(example => example.Business == business.Key && example.What == count.What)) yield return "      " + Line(example);
            }
        }
        if (found.Behind > 0) yield return Text($"The rebuild is {found.Behind:N0} records of raw behind the live Resolver. For an exact answer: ./pipeline replay --into {places.Name}, and again.");
        if (found.Ahead > 0) yield return Text($"The rebuild is {found.Ahead:N0} records of raw ahead of the live Resolver: wait until that has read them.");
        if (found.Newer > 0) yield return Text($"{found.Newer:N0} messages that only one side has read yet are left out; what came with them may still be among the differences.");
    }

    /// <summary>The same as one JSON object, documented in <c>docs/operations/rebuild.md</c>.</summary>
    public static string Json(RebuildPlaces places, Differences found, bool inFull)
    {
        var text = new DiffText(places, inFull);
        return JsonSerializer.Serialize(
            new
            {
                Rebuild = places.Name,
                LiveSchema = places.LiveSchema,
                RebuiltSchema = places.Schema,
                Equal = found.Counts.Count == 0,
                Messages = found.LiveMessages,
                RebuiltMessages = found.RebuiltMessages,
                Conversations = found.LiveConversations,
                RebuiltConversations = found.RebuiltConversations,
                NotReadByBoth = found.Newer,
                RecordsBehind = found.Behind,
                RecordsAhead = found.Ahead,
                Businesses = found.Counts.GroupBy(count => count.Business).Select(business => new
                {
                    BusinessId = business.Key,
                    Differences = business.Select(count => new
                    {
                        count.What,
                        count.Count,
                        count.Messages,
                        Examples = found.Examples.Where(example => example.Business == business.Key && example.What == count.What).Select(example => new
                        {
                            Live = text.Shown(example.Live),
                            Rebuilt = text.Shown(example.Rebuilt),
                            Detail = text.Detail(example),
                            example.Messages,
                        }),
                    }),
                }),
            },
            Readable);
    }

    private string Line(Example example)
    {
        var both = (Shown(example.Live), Shown(example.Rebuilt)) switch
        {
            (null, { } rebuilt) => "only rebuilt: " + rebuilt,
            ({ } live, null) => "only live: " + live,
            var (live, rebuilt) when live == rebuilt => live ?? "",
            var (live, rebuilt) => $"{live} → {rebuilt}",
        };
        return Detail(example) is { Length: > 0 } detail ? $"{both} ({detail})" : both;
    }

    private string? Shown(string? keys) =>
        keys is null ? null : string.Join(" + ", keys.Split(" + ").Select(key => key.StartsWith("lead:", StringComparison.Ordinal) || key.StartsWith("person ", StringComparison.Ordinal) ? key : numbers.Show(key)));

    private string? Detail(Example example) => example switch
    {
        { Detail: null } => null,
        { What: "name" } => inFull ? Terminal.Harmless(example.Detail) : null,
        { What: "missing" or "extra" or "copies" or "state" or "updates" } => Text($"{example.Messages:N0}, one is {Terminal.Harmless(example.Detail)}"),
        _ => numbers.Show(example.Detail),
    };

    private static string InWords(Difference count) => count.What switch
    {
        "merged" => Text($"{count.Count:N0} conversations would be made of several; {count.Messages:N0} messages would move"),
        "split" => Text($"{count.Count:N0} conversations would be split; {count.Messages:N0} messages would move"),
        "phone" => Text($"{count.Count:N0} people would have another phone"),
        "name" => Text($"{count.Count:N0} conversations would be shown under another name"),
        "lead" => Text($"{count.Count:N0} people would become leads, or be none any more"),
        "counts" => Text($"{count.Count:N0} conversations would have other counts or times"),
        "missing" => Text($"{count.Messages:N0} messages are only in the live tables, in {count.Count:N0} conversations"),
        "extra" => Text($"{count.Messages:N0} messages are only in the rebuild, in {count.Count:N0} conversations"),
        "copies" => Text($"{count.Messages:N0} copies of messages are on one side only"),
        "state" => Text($"{count.Messages:N0} messages would have another text or state, in {count.Count:N0} conversations"),
        "updates" => Text($"{count.Messages:N0} receipts, edits, deletions or reactions differ"),
        "address" => Text($"{count.Count:N0} addresses of people are known to one side only"),
        "joined" => Text($"{count.Count:N0} people would be made of several"),
        "parted" => Text($"{count.Count:N0} people would be taken apart"),
        "mapping" => Text($"{count.Count:N0} LIDs would have another phone, or none"),
        _ => Text($"{count.Count:N0} of '{count.What}'"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
