using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Pipeline.Cli.Sending;

namespace Pipeline.Cli.Bench;

/// <summary>
/// Generated traffic, the same for the same numbers: people of several businesses, half of them writing by LID. A LID's phone is
/// revealed once, in the middle of what the person writes; from then on some messages come by phone. Every message is about 1.1 KB of
/// JSON as Baileys 7.0.0-rc14 emits it, up to <see cref="MessagesPerEvent"/> in an event.
/// </summary>
/// <param name="messages">How many messages, all businesses together.</param>
/// <param name="businesses">How many businesses.</param>
/// <param name="people">How many people, all businesses together.</param>
/// <param name="firstBusiness">Number of the first business; the others follow.</param>
internal sealed class Traffic(int messages, int businesses, int people, int firstBusiness = 1)
{
    /// <summary>The most messages in one event.</summary>
    public const int MessagesPerEvent = 50;

    private const long Opening = 1_760_000_000;
    private static readonly string Filler = string.Concat(Enumerable.Repeat("Is it still there, and could you bring it on Friday before noon? ", 12));

    /// <summary>The input lines. Businesses take turns; each person of a business writes equally often.</summary>
    public IEnumerable<(InputLine? Line, RefusedLine? Refused)> Lines()
    {
        var buffer = new ArrayBufferWriter<byte>(128 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        var written = new int[businesses];
        for (int line = 1, sent = 0; sent < messages; line++)
        {
            var business = (line - 1) % businesses;
            var count = Math.Min(Math.Min(MessagesPerEvent, messages - sent), ShareOf(business) - written[business]);
            if (count == 0) continue;
            json.Reset();
            buffer.ResetWrittenCount();
            WriteEvent(json, business, written[business], count);
            json.Flush();
            written[business] += count;
            sent += count;
            yield return (new InputLine(line, firstBusiness + business, "baileys", buffer.WrittenMemory.ToArray()), null);
        }
    }

    /// <summary>How many different people write.</summary>
    public int PeopleWhoWrite => Enumerable.Range(0, businesses).Sum(business => Math.Min(PeopleOf(business), ShareOf(business)));

    private int ShareOf(int business) => (messages / businesses) + (business < messages % businesses ? 1 : 0);

    private int PeopleOf(int business) => (people / businesses) + (business < people % businesses ? 1 : 0);

    private void WriteEvent(Utf8JsonWriter json, int business, int first, int count)
    {
        json.WriteStartObject();
        json.WriteNumber("business", firstBusiness + business);
        json.WriteString("source", "baileys");
        json.WriteString("session", $"business_{firstBusiness + business}");
        json.WriteStartObject("me");
        json.WriteString("id", $"5511900000{100 + business}:14@s.whatsapp.net");
        json.WriteString("lid", $"19445813786{2000 + business}:14@lid");
        json.WriteEndObject();
        json.WriteString("event", "messages.upsert");
        json.WriteStartObject("data");
        json.WriteStartArray("messages");
        for (var number = first; number < first + count; number++) WriteMessage(json, business, number);
        json.WriteEndArray();
        json.WriteString("type", "notify");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteMessage(Utf8JsonWriter json, int business, int number)
    {
        var population = PeopleOf(business);
        var person = number % population;
        var turn = number / population;
        var turns = Math.Max(1, (ShareOf(business) - person + population - 1) / population);
        var phone = string.Create(CultureInfo.InvariantCulture, $"5511{910_000_000 + (business * 1_000_000) + person}@s.whatsapp.net");
        var lid = string.Create(CultureInfo.InvariantCulture, $"{100_000_000_000_000 + (business * 10_000_000_000_000) + (person * 7_919L)}@lid");

        // Every second person is somebody of whom only the LID is seen at first.
        var byLid = person % 2 == 1;
        var reveals = byLid && turn == turns / 2;
        var usesLid = byLid && (turn <= turns / 2 || turn % 3 != 0);

        json.WriteStartObject();
        json.WriteStartObject("key");
        json.WriteString("remoteJid", usesLid ? lid : phone);
        if (reveals) json.WriteString("remoteJidAlt", phone);
        json.WriteBoolean("fromMe", false);
        json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"{business:X4}{number:X28}"));
        json.WriteString("participant", "");
        json.WriteString("addressingMode", usesLid ? "lid" : "pn");
        json.WriteEndObject();
        json.WriteNumber("messageTimestamp", Opening + (number / 20));
        json.WriteString("pushName", string.Create(CultureInfo.InvariantCulture, $"Person {person}"));
        json.WriteBoolean("broadcast", false);
        json.WriteStartObject("message");
        json.WriteStartObject("extendedTextMessage");
        json.WriteString("text", string.Create(CultureInfo.InvariantCulture, $"#{number} ") + Filler.AsSpan(0, 400 + (number * 31 % 200)).ToString());
        json.WriteEndObject();
        json.WriteStartObject("messageContextInfo");
        json.WriteStartObject("deviceListMetadata");
        json.WriteString("senderKeyHash", "aGVsbG8gd29ybGQ=");
        json.WriteString("senderTimestamp", "1759999100");
        json.WriteString("recipientKeyHash", "aGVsbG8gYWdhaW4=");
        json.WriteString("recipientTimestamp", "1759999200");
        json.WriteEndObject();
        json.WriteNumber("deviceListMetadataVersion", 2);
        json.WriteString("messageSecret", "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
