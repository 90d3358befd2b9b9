using System.Text;
using System.Text.Json;
using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>
/// Reads an export item by item: a JSON array, an object with lists, several of either one after another (pages), or JSON lines. One item is
/// held at a time, whatever the size of the file.
/// </summary>
/// <param name="stream">The file; it must be possible to go back in it.</param>
/// <param name="unread">Told what could not be read.</param>
public sealed class ExportReader(Stream stream, Action<UnreadLine> unread)
{
    /// <summary>An item is not longer than this; with media inside, messages come near it.</summary>
    public const int LongestItem = 64 << 20;

    private const int LinesLookedAt = 2;
    private const int LongestName = 200;

    // What the lists, and the objects around them, are called by the three programs and by table dumps.
    private static readonly HashSet<string> ListNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "messages", "message", "chats", "chat", "contacts", "contact", "records", "data", "payload", "lids", "lidPnMappings", "isOnWhatsapp",
        "conversations", "conversation", "instances", "instance", "results", "rows", "items",
    };

    // What has one of these is an item itself, although a list may stand in it.
    private static readonly string[] ItemFields = ["key", "id", "_id", "remoteJid", "jidOptions", "lid", "identifier", "phone_number", "from", "ownerJid"];

    private readonly JsonScanner scanner = new(stream);

    /// <summary>How many bytes have been read.</summary>
    public long Position => scanner.Position;

    /// <summary>The items, in the order of the file.</summary>
    public IEnumerable<ExportItem> Items() => IsOneValueALine() ? Lines() : Values();

    // Lines are read one by one, so that a broken one is left by itself. Only what begins as a list or is spread over lines is not.
    private bool IsOneValueALine()
    {
        var whole = 0;
        if (scanner.Next() == '{')
        {
            for (var looked = 0; looked < LinesLookedAt && scanner.TakeLine(LongestItem) != JsonScanner.Cut.FileEnded; looked++)
            {
                if (scanner.Value.Span.TrimStart(" \t"u8) is not [(byte)'{', ..]) continue;
                using var document = RawBody.TryParse(scanner.Value);
                if (document is not null) whole++;
            }
        }
        scanner.Return(0, 1);
        return whole > 0;
    }

    private IEnumerable<ExportItem> Lines()
    {
        for (var line = scanner.Line; scanner.TakeLine(LongestItem) is var cut && cut != JsonScanner.Cut.FileEnded; line = scanner.Line)
        {
            if (scanner.Value.Span.Trim(" \t\r,"u8).IsEmpty) continue;
            if (cut == JsonScanner.Cut.TooLong)
            {
                unread(new UnreadLine(line, "longer than 64 MB"));
                continue;
            }
            foreach (var item in Parsed("", line)) yield return item;
        }
    }

    private IEnumerable<ExportItem> Values()
    {
        for (var next = scanner.Next(); next >= 0; next = scanner.Next())
        {
            if (next is not ('{' or '['))
            {
                unread(new UnreadLine(scanner.Line, "neither a JSON list nor a JSON object begins here; the rest of the file is not read"));
                yield break;
            }
            foreach (var item in next == '[' ? List("") : Object("")) yield return item;
        }
    }

    private IEnumerable<ExportItem> List(string list)
    {
        scanner.Take();
        int next;
        while ((next = scanner.Next()) is not (']' or -1))
        {
            if (next == '}')
            {
                unread(new UnreadLine(scanner.Line, "a } where a list goes on"));
                scanner.Take();
                continue;
            }
            var line = scanner.Line;
            var cut = scanner.TakeValue(LongestItem);
            if (cut == JsonScanner.Cut.Whole)
                foreach (var item in Parsed(list, line)) yield return item;
            else
                unread(new UnreadLine(line, cut == JsonScanner.Cut.TooLong ? "longer than 64 MB" : "the file ends inside of what begins here"));
        }
        if (next == ']') scanner.Take();
        else unread(new UnreadLine(scanner.Line, "the file ends inside of a list"));
    }

    // An object is an item, or it holds lists. What is too long to be held can only be the second.
    private IEnumerable<ExportItem> Object(string list)
    {
        var (position, line) = (scanner.Position, scanner.Line);
        var cut = scanner.TakeValue(LongestItem);
        if (cut == JsonScanner.Cut.Whole)
        {
            using var document = RawBody.TryParse(scanner.Value);
            if (document is null || !HoldsLists(document.RootElement))
            {
                foreach (var item in Parsed(list, line)) yield return item;
                yield break;
            }
        }
        scanner.Return(position, line);
        scanner.Next();
        foreach (var item in Members()) yield return item;
    }

    private IEnumerable<ExportItem> Members()
    {
        scanner.Take();
        int next;
        while ((next = scanner.Next()) == '"')
        {
            scanner.TakeValue(LongestName);
            var list = Encoding.UTF8.GetString(scanner.Value.Span.Trim((byte)'"'));
            if (scanner.Next() == ':') scanner.Take();
            var isList = ListNames.Contains(list);
            next = scanner.Next();
            if (isList && next is '[' or '{')
                foreach (var item in next == '[' ? List(list.ToLowerInvariant()) : Object(list.ToLowerInvariant())) yield return item;
            else if (scanner.TakeValue(0) == JsonScanner.Cut.FileEnded)
                break;
        }
        if (next == '}') scanner.Take();
        else if (next == -1) unread(new UnreadLine(scanner.Line, "the file ends inside of an object"));
        else
        {
            unread(new UnreadLine(scanner.Line, "no JSON from here to the end of the line"));
            scanner.TakeLine(0);
        }
    }

    private IEnumerable<ExportItem> Parsed(string list, long line)
    {
        using var document = RawBody.TryParse(scanner.Value);
        if (document is null)
        {
            unread(new UnreadLine(line, "no JSON"));
            yield break;
        }
        foreach (var item in Inside(list, line, document.RootElement)) yield return item;
    }

    private IEnumerable<ExportItem> Inside(string list, long line, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in element.EnumerateArray())
                foreach (var item in Inside(list, line, one)) yield return item;
        }
        else if (element.ValueKind != JsonValueKind.Object)
        {
            unread(new UnreadLine(line, "no object"));
        }
        else if (HoldsLists(element))
        {
            foreach (var property in element.EnumerateObject())
                if (ListNames.Contains(property.Name) && property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object && ListNames.Contains(property.Name))
                    foreach (var item in Inside(property.Name.ToLowerInvariant(), line, property.Value)) yield return item;
        }
        else
        {
            yield return new ExportItem(list, line, element);
        }
    }

    private static bool HoldsLists(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && !ItemFields.Any(field => element.TryGetProperty(field, out _))
        && element.EnumerateObject().Any(property => property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object && ListNames.Contains(property.Name));
}
