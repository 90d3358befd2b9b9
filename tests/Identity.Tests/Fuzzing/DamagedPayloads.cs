using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Identity.Fuzzing;

/// <summary>A recorded payload after some damage, as a producer might post it, and what the session knew of its own addresses.</summary>
internal sealed record DamagedPayload(string Source, string EventType, byte[] Bytes, OwnAddresses Own);

/// <summary>Recorded payloads, damaged at random: the same file and the same seed give the same payloads for ever.</summary>
internal sealed partial class DamagedPayloads(string corpusFile, int seed)
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e400", "\"\"", "\"x\"", "[]", "{}", "[null]", "\"\\ud83d\"", "\"82399031480511@lid\"", "\"4915155501234@lid\"", "\"5511900000019@hosted.lid\"",
        "\"12025550143@c.us\"", "\"1@g.us\"", "18446744073709551616", "\"status@broadcast\"", "\"0@s.whatsapp.net\"", "{\"low\":-1,\"high\":2147483647}", "{\"type\":\"Buffer\",\"data\":[7,7]}",
    ];

    private static readonly string[] Servers = ["@lid", "@hosted.lid", "@s.whatsapp.net", "@c.us", "@hosted", "@g.us", "@broadcast", "@newsletter", "@bot", "@foo", "", ":7@lid", "_1:99@hosted.lid", "@LID"];

    private static readonly string[] Names =
    [
        "\"remoteJid\"", "\"remoteJidAlt\"", "\"participant\"", "\"participantAlt\"", "\"participantPn\"", "\"senderPn\"", "\"senderLid\"", "\"fromMe\"", "\"id\"", "\"lid\"", "\"pn\"", "\"jid\"", "\"phoneNumber\"",
        "\"key\"", "\"message\"", "\"messages\"", "\"userReceipt\"", "\"previousRemoteJid\"", "\"messageStubParameters\"", "\"participants\"", "\"update\"", "\"editedMessage\"", "\"_data\"", "\"payload\"", "\"data\"", "\"me\"",
    ];

    private static readonly OwnAddresses[] Owns =
    [
        OwnAddresses.From("972555550100:14@s.whatsapp.net", "194458137862155:14@lid"),
        OwnAddresses.From("972555550100:14@s.whatsapp.net", null),
        OwnAddresses.None,
    ];

    private readonly (string Source, string EventType, string Data)[] _recorded = Load(corpusFile);
    private readonly Random _random = new(seed);

    /// <summary>The next payload; they never end.</summary>
    public DamagedPayload Next()
    {
        var (source, eventType, data) = _recorded[_random.Next(_recorded.Length)];
        var bytes = Encoding.UTF8.GetBytes(Damaged(data));
        if (_random.Next(4) == 0) bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return new DamagedPayload(source, eventType, bytes, Owns[_random.Next(Owns.Length)]);
    }

    private static (string Source, string EventType, string Data)[] Load(string corpusFile)
    {
        var recorded = new List<(string, string, string)>();
        foreach (var line in File.ReadLines(corpusFile))
        {
            if (line.Length == 0) continue;
            using var document = JsonDocument.Parse(line);
            foreach (var input in document.RootElement.GetProperty("input").EnumerateArray())
                recorded.Add((input.GetProperty("source").GetString()!, input.GetProperty("event").GetString()!, input.GetProperty("data").GetRawText()));
        }
        return [.. recorded];
    }

    private string Damaged(string json)
    {
        for (var times = _random.Next(1, 4); times > 0; times--)
        {
            var at = _random.Next(json.Length);
            var length = Math.Min(_random.Next(1, 20), json.Length - at);
            json = _random.Next(8) switch
            {
                0 => json.Remove(at, length),
                1 => json.Insert(at, json.Substring(at, length)),
                2 => json[..Math.Max(1, at)],
                3 or 4 => Replaced(json, at, Value(), Values),
                5 => Replaced(json, at, Name(), Names),
                _ => Replaced(json, at, Server(), Servers),
            };
            if (json.Length == 0) json = "{}";
        }
        return json;
    }

    // The next match from a random place on, or the first: counting all of them in a long payload costs more than reading it.
    private string Replaced(string json, int from, Regex what, string[] by)
    {
        var match = what.Match(json, from);
        if (!match.Success) match = what.Match(json);
        return match.Success ? string.Concat(json.AsSpan(0, match.Index), by[_random.Next(by.Length)], json.AsSpan(match.Index + match.Length)) : json;
    }

    [GeneratedRegex("""(?<=":\s?)("[^"\\]*"|-?\d+|true|false|null)""")]
    private static partial Regex Value();

    [GeneratedRegex("""("[A-Za-z_]{2,30}")(?=\s?:)""")]
    private static partial Regex Name();

    [GeneratedRegex("@[a-z.]+")]
    private static partial Regex Server();
}
