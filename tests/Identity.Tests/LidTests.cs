namespace Pipeline.Identity.Tests;

public class LidTests
{
    [Theory]
    [InlineData("82399031480511@lid", "82399031480511")]
    [InlineData("82399031480511:7@lid", "82399031480511")]
    [InlineData("82399031480511:99@hosted.lid", "82399031480511")]
    [InlineData("99999999999999999999@lid", "99999999999999999999")]
    [InlineData("82399031480511", "82399031480511")]
    [InlineData("00012", "00012")]
    public void A_LID_is_text_and_keeps_every_digit(string text, string digits)
    {
        Assert.True(Lid.TryParse(text, out var lid));
        Assert.Equal(digits, lid.ToString());
        Assert.Equal(digits + "@lid", lid.Address);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("972555550101@s.whatsapp.net")]
    [InlineData("120363000000000001@g.us")]
    [InlineData("lid")]
    [InlineData("123456789012345678901234567890123")]
    public void Nothing_else_is_a_LID(string? text) => Assert.False(Lid.TryParse(text, out _));
}
