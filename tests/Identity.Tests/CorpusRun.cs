using System.Text;
using System.Text.Json;

namespace Pipeline.Identity.Tests;

/// <summary>Sends the lines of a case through splitter, reader and a small table, and compares what comes out line by line.</summary>
internal sealed class CorpusRun
{
    private readonly InMemoryTable _table = new();
    private readonly List<string> _differences = [];

    public static IReadOnlyList<string> DifferencesOf(JsonElement corpusCase)
    {
        var run = new CorpusRun();
        var inputs = corpusCase.GetProperty("input").EnumerateArray().ToArray();
        var expected = corpusCase.GetProperty("expect").EnumerateArray().ToArray();
        for (var i = 0; i < inputs.Length; i++) run.Line(inputs[i], expected[i], $"line {i + 1}");
        return run._differences;
    }

    public static IReadOnlyList<string> DifferencesOfBody(byte[] body, JsonElement expected)
    {
        var run = new CorpusRun();
        var own = OwnAddresses.From("972555550100:14@s.whatsapp.net", "194458137862155:14@lid");
        using var document = RawBody.TryParse(body);
        var parts = document is null
            ? [new EventPart("", "", 0, body)]
            : EventSplitter.Split("baileys", "messages.upsert", document.RootElement);
        var reads = parts.Select(p => EventReader.Read(new RawItem("baileys", "messages.upsert", p.Part, p.Delivery, p.Json, own, default))).ToArray();
        run.Equal(1, reads.Length, "body", "parts");
        run.Event(expected, reads[0], run._table.Resolve(reads[0]), "body");
        return run._differences;
    }

    private void Line(JsonElement input, JsonElement expected, string at)
    {
        var source = input.GetProperty("source").GetString()!;
        var eventType = input.GetProperty("event").GetString()!;
        var me = input.GetProperty("me");
        var own = OwnAddresses.From(Text(me, "id"), Text(me, "lid"));
        if (own.Lid is { } lid && own.Phone is { } phone) _table.Learn(lid, phone);

        var read = new List<(EventPart Part, ReadEvent Read, ReadEvent Resolved)>();
        foreach (var part in EventSplitter.Split(source, eventType, input.GetProperty("data")))
        {
            var item = new RawItem(source, eventType, part.Part, part.Delivery, part.Json, own, DateTimeOffset.UnixEpoch);
            var one = EventReader.Read(item);
            read.Add((part, one, _table.Resolve(one)));
            Equal(EventIds.Of(7, source, eventType, part), EventIds.Of(7, item), at, "id of part and item");
        }
        if (expected.ValueKind == JsonValueKind.Null) return;
        if (Text(expected, "kind") == "batch")
        {
            Pairs(expected, read.SelectMany(r => r.Read.Pairs), at);
            var items = expected.GetProperty("items").EnumerateArray().ToArray();
            var messages = read.Where(r => r.Part.Part == "messages").ToArray();
            Equal(items.Length, messages.Length, at, "items");
            for (var i = 0; i < Math.Min(items.Length, messages.Length); i++) Event(items[i], messages[i].Read, messages[i].Resolved, $"{at} item {i + 1}");
            return;
        }
        Equal(1, read.Count, at, "parts");
        if (read.Count == 1) Event(expected, read[0].Read, read[0].Resolved, at);
    }

    private void Event(JsonElement expected, ReadEvent read, ReadEvent resolved, string at)
    {
        Equal(Text(expected, "kind"), resolved.Kind.ToWord(), at, "kind");
        Equal(Text(expected, "error"), resolved.Fault, at, "error");
        Party(expected.GetProperty("author"), resolved.Author, at, "author");
        Party(expected.GetProperty("peer"), resolved.Peer, at, "peer");
        Equal(expected.GetProperty("from_me").GetBoolean(), resolved.FromMe, at, "from_me");
        Equal(Storable(expected, "text"), resolved.Text, at, "text");
        Equal(Text(expected, "source"), resolved.Source.ToWord(), at, "source");
        Equal(Text(expected, "hint"), resolved.Hint?.ToString(), at, "hint");
        Pairs(expected, read.Pairs, at);
        foreach (var (name, actual) in new (string, object?)[]
        {
            ("target_id", resolved.TargetId), ("target_from_me", resolved.TargetFromMe), ("reaction", resolved.Reaction), ("status", resolved.Status),
            ("reader_phone_e164", resolved.Reader?.Phone?.ToString()), ("timestamp", resolved.SentAt?.ToUnixTimeSeconds()),
        })
        {
            if (expected.TryGetProperty(name, out var value)) Equal(Plain(value), actual?.ToString(), at, name);
        }
    }

    private void Party(JsonElement expected, PartyEvidence? actual, string at, string who)
    {
        Equal(Text(expected, "phone"), actual?.Phone?.ToString(), at, who + ".phone");
        Equal(Text(expected, "lid"), actual?.Lid?.ToString(), at, who + ".lid");
        if (expected.TryGetProperty("is_business", out var business)) Equal(business.GetBoolean(), actual?.IsBusiness ?? false, at, who + ".is_business");
    }

    private void Pairs(JsonElement expected, IEnumerable<LearnedPair> actual, string at)
    {
        var want = expected.GetProperty("mappings").EnumerateArray().Select(p => $"{p[0]} {p[1]}").Distinct().Order();
        var have = actual.Select(p => $"{p.Lid} {p.Phone}").Distinct().Order();
        Equal(string.Join(", ", want), string.Join(", ", have), at, "mappings");
    }

    private void Equal<T>(T expected, T actual, string at, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual)) _differences.Add($"{at}: {what} is {Shown(actual)}, expected {Shown(expected)}");
    }

    private static string Shown<T>(T value) => value is null ? "null" : $"“{value}”";

    private static string? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // One expected text is itself no valid Unicode; stored, its broken half is replaced.
    private static string? Storable(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? JsonText.Of(value) : null;
}
