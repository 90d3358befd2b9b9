using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Identity.Tests;

/// <summary>Recorded payloads, damaged at random from a fixed seed.</summary>
public partial class FuzzTests
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e400", "\"\"", "\"x\"", "[]", "{}", "[null]", "\"\\ud83d\"", "\"82399031480511@lid\"", "\"4915155501234@lid\"", "\"5511900000019@hosted.lid\"",
        "\"12025550143@c.us\"", "\"1@g.us\"", "18446744073709551616", "\"status@broadcast\"", "\"0@s.whatsapp.net\"", "{\"low\":-1,\"high\":2147483647}",
    ];

    private static readonly string[] Servers = ["@lid", "@hosted.lid", "@s.whatsapp.net", "@c.us", "@hosted", "@g.us", "@broadcast", "@newsletter", "@bot", "@foo", ""];

    [Fact]
    public void No_damage_throws_and_no_LID_becomes_a_phone()
    {
        var random = new Random(20261120);
        var inputs = Corpus.Cases.Values.SelectMany(c => c.GetProperty("input").EnumerateArray()).ToArray();
        var own = Reading.Own;
        for (var round = 0; round < 20_000; round++)
        {
            var input = inputs[random.Next(inputs.Length)];
            var source = input.GetProperty("source").GetString()!;
            var eventType = input.GetProperty("event").GetString()!;
            var bytes = Encoding.UTF8.GetBytes(Damaged(input.GetProperty("data").GetRawText(), random));
            if (random.Next(4) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            using var document = RawBody.TryParse(bytes);
            var parts = document is null ? [new EventPart("messages", "", 0, bytes)] : EventSplitter.Split(source, eventType, document.RootElement);
            foreach (var part in parts)
            {
                var item = new RawItem(source, eventType, part.Part, part.Delivery, part.Json, own, DateTimeOffset.UnixEpoch);
                var read = EventReader.Read(item);
                Assert.Equal(EventIds.Of(1, item), EventIds.Of(1, source, eventType, part));
                var phones = Phones(read).Where(p => !own.Contains(p)).Distinct().ToArray();
                if (phones.Length == 0) continue;
                var seen = SeenElsewhereThanOnALidServer(Encoding.UTF8.GetString(part.Json.Span));
                foreach (var phone in phones) Assert.Contains(phone, seen);
            }
        }
    }

    private static IEnumerable<PhoneNumber> Phones(ReadEvent read)
    {
        foreach (var party in new[] { read.Peer, read.Author, read.Reader, read.Contact, read.TargetAuthor })
        {
            if (party?.Phone is { } phone) yield return phone;
        }
        foreach (var pair in read.Pairs) yield return pair.Phone;
        if (read.Hint is { } hint) yield return hint;
    }

    private static HashSet<PhoneNumber> SeenElsewhereThanOnALidServer(string json)
    {
        var seen = new HashSet<PhoneNumber>();
        foreach (Match match in Digits().Matches(json))
        {
            if (!match.Groups["lid"].Success && PhoneNumber.FromE164("+" + match.Groups["digits"].Value) is { } phone) seen.Add(phone);
        }
        return seen;
    }

    private static string Damaged(string json, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(json.Length);
            var length = Math.Min(random.Next(1, 20), json.Length - at);
            json = random.Next(7) switch
            {
                0 => json.Remove(at, length),
                1 => json.Insert(at, json.Substring(at, length)),
                2 => json[..Math.Max(1, at)],
                3 or 4 => Replaced(json, Value(), Values, random),
                _ => Replaced(json, Server(), Servers, random),
            };
            if (json.Length == 0) json = "{}";
        }
        return json;
    }

    private static string Replaced(string json, Regex what, string[] by, Random random)
    {
        var matches = what.Matches(json);
        if (matches.Count == 0) return json;
        var match = matches[random.Next(matches.Count)];
        return string.Concat(json.AsSpan(0, match.Index), by[random.Next(by.Length)], json.AsSpan(match.Index + match.Length));
    }

    [GeneratedRegex("""(?<=":)("[^"\\]*"|-?\d+|true|false|null)""")]
    private static partial Regex Value();

    [GeneratedRegex("@[a-z.]+")]
    private static partial Regex Server();

    [GeneratedRegex("""(?<digits>[0-9]{7,20})([:_.][^@"]*)?(?<lid>@(hosted\.)?lid["\s])?""", RegexOptions.IgnoreCase)]
    private static partial Regex Digits();
}
