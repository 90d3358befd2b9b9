using System.Globalization;
using System.Text;

namespace Pipeline.Identity.Tests;

public class DisplayNameTests
{
    [Theory]
    [InlineData("Dana")]
    [InlineData("דנה כהן")]
    [InlineData("Dana 2")]
    [InlineData("R2-D2 🤖")]
    [InlineData("🌸🌸")]
    [InlineData(".")]
    [InlineData("007")]
    [InlineData("24/7")]
    [InlineData("Taxi 052-5550199")] // a number in a name is a name; one's own LID in it is not, see below
    [InlineData("dana1984@example.com")]
    public void A_name_is_a_name(string text) => Assert.True(DisplayName.IsName(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t\u00a0\u3000")]
    [InlineData("\u200e\u200f\u2066\u2069\ufeff\u200b")]
    [InlineData("\u3164\u2800")] // fillers that look like nothing
    public void What_nobody_can_see_is_no_name(string? text) => Assert.False(DisplayName.IsName(text));

    [Theory]
    [InlineData("82399031480511")]
    [InlineData("+82399031480511")]
    [InlineData("~82399031480511")]
    [InlineData("@82399031480511")]
    [InlineData("82399-031-480511")]
    [InlineData("(82399) 031 480 511")]
    [InlineData("8 2 3 9 9 0 3 1 4 8 0 5 1 1")]
    [InlineData("\u202a+82399031480511\u202c")]
    [InlineData("82399\u200b031480511")]
    [InlineData("82399031480511:3")]
    [InlineData("82399031480511_1:3")]
    [InlineData("📞 82399031480511")]
    [InlineData("٨٢٣٩٩٠٣١٤٨٠٥١١")]
    [InlineData("८२३९९०३१४८०५११")]
    [InlineData("８２３９９０３１４８０５１１")]
    [InlineData("𝟖𝟐𝟑𝟗𝟗𝟎𝟑𝟏𝟒𝟖𝟎𝟓𝟏𝟏")]
    [InlineData("⑧②③⑨⑨⓪③①④⑧⓪⑤①①")]
    [InlineData("⁸²³⁹⁹⁰³¹⁴⁸⁰⁵¹¹")]
    [InlineData("8️⃣2️⃣3️⃣9️⃣9️⃣0️⃣")]
    [InlineData("8\u03322\u03323\u03329\u03329\u0332")] // underlined
    [InlineData("+972 50-123-4567")]
    [InlineData("12345")]
    public void A_number_is_no_name_in_whatever_dress(string text) => Assert.False(DisplayName.IsName(text));

    [Theory]
    [InlineData("82399031480511@lid")]
    [InlineData("82399031480511:3@LID")]
    [InlineData("~82399031480511 @ lid")]
    [InlineData("972501234567@s.whatsapp.net")]
    [InlineData("972501234567@c.us")]
    [InlineData("120363000000000001@g.us")]
    [InlineData("user 82399031480511@hosted.lid")]
    [InlineData("８２３９９０３１４８０５１１＠ｌｉｄ")]
    [InlineData("Dana 82399031480511:3")]
    public void An_address_is_no_name(string text) => Assert.False(DisplayName.IsName(text));

    [Fact]
    public void The_first_name_wins_and_numbers_are_passed_over()
    {
        Assert.Equal("Dana", DisplayName.Of(["82399031480511", null, "  Dana ", "D"], PhoneNumber.FromE164("+972501234567"), [], "Unknown"));
        Assert.Equal("+972 50 123 4567", DisplayName.Of(["+972501234567"], PhoneNumber.FromE164("+972501234567"), [], "Unknown"));
        Assert.Equal("ללא שם", DisplayName.Of(["+82399031480511"], null, [], "ללא שם"));
    }

    [Fact]
    public void The_persons_own_LID_is_not_shown_even_inside_a_name()
    {
        Assert.True(Lid.TryParse("82399031480511", out var lid));
        Assert.Equal("Unknown", DisplayName.Of(["WhatsApp 82399031480511", "Lead 8239-9031-480511"], null, [lid], "Unknown"));
        Assert.Equal("Order 82399", DisplayName.Of(["Order 82399"], null, [lid], "Unknown"));
    }

    [Fact]
    public void A_name_is_shown_on_one_line() => Assert.Equal("Dana Cohen", DisplayName.Tidy("\n Dana \t\r\n Cohen\u00a0"));

    [Theory]
    [InlineData("+972501234567", "+972 50 123 4567")]
    [InlineData("+12025550143", "+1 202 555 0143")]
    [InlineData("+5531988880012", "+55 3 198 888 0012")]
    [InlineData("+4512345678", "+45 1 234 5678")]
    [InlineData("+29012345", "+290 1 2345")]
    [InlineData("+2901234", "+290 1234")]
    [InlineData("+2101234567", "+210 123 4567")] // no such calling code
    public void A_phone_is_written_in_groups(string phone, string text) => Assert.Equal(text, DisplayName.FormattedPhone(PhoneNumber.FromE164(phone)!.Value));

    [Fact]
    public void The_digits_of_every_script_are_digits()
    {
        for (var c = 0; c <= 0x10FFFF; c = c == 0xD7FF ? 0xE000 : c + 1)
        {
            var text = new Rune(c).ToString();
            if (CharUnicodeInfo.GetDecimalDigitValue(text, 0) < 0) continue;
            Assert.False(DisplayName.IsName(string.Concat(Enumerable.Repeat(text, 5))), $"U+{c:X4}");
        }
    }
}
