using System.Text;
using Pipeline.Identity;
using Xunit;

namespace Pipeline.Storage.Tests.DisplayNames;

/// <summary>The rule of names stands in two languages. Whatever the text, they agree.</summary>
[Collection(PostgresCollection.Name)]
public sealed class NameRuleTests(PostgresFixture postgres) : OnDirectory(postgres)
{
    private static readonly string[] Nasty =
    [
        "", " ", "\u200e", "\u3164", "Dana", "Dana 2", "דנה", "82399031480511", "+82399031480511", "~82399031480511", "@82399031480511", "(823) 990-31480511",
        "\u202a+972 50\u202c-123-4567", "82399031480511:3", "82399031480511@lid", "82399031480511:3 @ LID", "x 972501234567@s.whatsapp.net", "120363@g.us", "1@lid",
        "５５５５５", "⑤⑤⑤⑤⑤", "⁵⁵⁵⁵⁵", "٠١٢٣٤٥٦", "🔥", "🔥 12345", "🔥 1234", "5️⃣5️⃣5️⃣5️⃣5️⃣", "№ 12345", "ª12345", "ｄ12345", "ＤＡＮＡ＠ｌｉｄ", "１＠ｌｉｄ", "a\nb", " \t a \u00a0 b ",
        "123\u20664\u20695", "12345\u0301", "12345\u05b0", "12345\u0640", "12345\u0627", "[Dana]: hi", "a:b", "123456:7", "123456_1:7", "1234:7x", "WhatsApp 8239-9031480511",
    ];

    [Fact]
    public async Task What_is_a_name_is_the_same_in_both_languages() =>
        await SameAsync([.. Nasty, .. Random(4000)], "is_name(t)::text", text => DisplayName.IsName(text) ? "true" : "false");

    [Fact]
    public async Task Every_character_is_the_same_in_both_languages()
    {
        // Beside digits, as digits and alone; without the big blocks of Chinese and Korean, which are one range.
        var characters = Enumerable.Range(1, 0x1FFFF).Where(c => c is < 0x3500 or (>= 0xA000 and < 0xAC00) or (>= 0xF900 and < 0x17000) or >= 0x1B000).Select(c => new Rune(c).ToString()).ToArray();
        await SameAsync([.. characters.Select(c => c + "12345"), .. characters.Where((_, i) => i % 3 == 0).Select(c => string.Concat(c, c, c, c, c))], "is_name(t)::text", text => DisplayName.IsName(text) ? "true" : "false");
    }

    [Fact]
    public async Task What_is_shown_is_the_same_in_both_languages()
    {
        Assert.True(Lid.TryParse("82399031480511", out var lid));
        var phone = PhoneNumber.FromE164("+972501234567");
        await SameAsync(
            [.. Nasty, .. Random(2000)],
            "display_name(NULL, t, reverse(t), 'Acme 82399031480511', CASE WHEN length(t) % 2 = 0 THEN '+972501234567' END, ARRAY['82399031480511'], '?')",
            text => DisplayName.Of([null, text, Reversed(text), "Acme 82399031480511"], text.EnumerateRunes().Count() % 2 == 0 ? phone : null, [lid], "?"));
    }

    [Fact]
    public async Task Phones_are_canonical_and_formatted_the_same_in_both_languages()
    {
        var random = new Random(7);
        string[] spelt =
        [
            "+553188880012", "+551131230012", "+5215550000012", "+54111555550012", "+542211555500", "+5422115555001", "+54342115555012", "+549111555550012", "+5491155550012", "+1", "+0123456789", "972501234567", "+97250123456x", "",
            "+1234567", "+123456789012345", "+1234567890123456", "+54110155500129",
            .. from code in Enumerable.Range(1, 999) from length in Enumerable.Range(4, 8) select $"+{code}{Digits(random, length)}",
            .. from prefix in new[] { "+55", "+521", "+52", "+54", "+5415", "+5411", "+542215", "+5434215", "+549" } from _ in Enumerable.Range(0, 300) select prefix + Digits(random, random.Next(5, 13)),
            .. from area in Enumerable.Range(10, 9000) where area % 3 == 0 select $"+54{area}15{Digits(random, 10 - $"{area}".Length)}",
        ];
        await SameAsync(spelt, "COALESCE(canonical_phone(t), '-')", text => PhoneNumber.FromE164(text)?.ToString() ?? "-");
        await SameAsync(spelt, "COALESCE(format_phone(canonical_phone(t)), '-')", text => PhoneNumber.FromE164(text) is { } phone ? DisplayName.FormattedPhone(phone) : "-");
    }

    private static string Digits(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => random.Next(10)));

    private static string Reversed(string text) => string.Concat(text.EnumerateRunes().Reverse());

    // Pieces that numbers, addresses and names are dressed in, put together at random; the same each time.
    private static IEnumerable<string> Random(int count)
    {
        string[] pieces =
        [
            "1", "23", "456", "82399031480511", "٣", "५", "８", "²", "③", "a", "Z", "ש", "名", "é", " ", "\t", "\u00a0", "-", "+", "~", "@", "(", ")", ":", ".", "_", "/", "\u200f", "\u2066", "\u200b", "\ufe0f", "\u20e3",
            "lid", "LID", "@lid", "@s.whatsapp.net", "@c.us", "@g.us", "s.whatsapp", "bot", "🙂", "\u0301", "\u0660", "ｌ", "＠", "№", "\u3164", "'", "\\", "%", "𝟖",
        ];
        var random = new Random(42);
        for (var i = 0; i < count; i++) yield return string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    private async Task SameAsync(string[] texts, string expression, Func<string, string> rule)
    {
        await using var command = Database.CreateCommand($"SELECT t, {expression} FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n");
        command.Parameters.AddWithValue(texts);
        command.CommandTimeout = 0;
        await using var rows = await command.ExecuteReaderAsync();
        var different = new List<string>();
        var compared = 0;
        for (; await rows.ReadAsync(); compared++)
        {
            var (text, said) = (rows.GetString(0), rows.GetString(1));
            if (rule(text) != said) different.Add($"{text} ({string.Join(' ', text.EnumerateRunes().Select(rune => $"{rune.Value:X4}"))}): {rule(text)}, in the database {said}");
        }
        Assert.Equal(texts.Length, compared);
        Assert.Empty(different);
    }
}
