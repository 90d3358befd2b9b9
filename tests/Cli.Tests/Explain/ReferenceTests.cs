using Pipeline.Cli.Explain;
using Pipeline.Contracts;

namespace Pipeline.Cli.Tests.Explain;

/// <summary>How what is typed is understood, and what is refused.</summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("82399031480511", "82399031480511")]
    [InlineData("82399031480511@lid", "82399031480511")]
    [InlineData(" 82399031480511:14@lid ", "82399031480511")]
    [InlineData("82399031480511@hosted.lid", "82399031480511")]
    public void A_LID_is_digits_or_an_address_on_its_server(string typed, string expected) => Assert.Equal(expected, Reference.ParseLid(typed).Understood);

    [Theory]
    [InlineData("972501234567@s.whatsapp.net", "'972501234567@s.whatsapp.net' is a phone address, not a LID.")]
    [InlineData("+972501234567", "'+972501234567' is a phone, not a LID.")]
    [InlineData("120363@g.us", "'120363@g.us' is not a LID.")]
    [InlineData("Dana", "'Dana' is not a LID.")]
    public void What_is_no_LID_is_refused(string typed, string expected) => Refused(expected, () => Reference.ParseLid(typed));

    [Theory]
    [InlineData("+972501234567", null, "+972501234567")]
    [InlineData("972501234567", null, "+972501234567")]
    [InlineData("+972 (50) 123-4567", null, "+972501234567")]
    [InlineData("972501234567:14@s.whatsapp.net", null, "+972501234567")]
    [InlineData("972501234567@c.us", null, "+972501234567")]
    [InlineData("050-1234567", "IL", "+972501234567")]
    [InlineData("5215550000201", null, "+525550000201")]
    public void A_phone_is_read_in_every_form_people_have_it_in(string typed, string? region, string expected) => Assert.Equal(expected, Reference.ParsePhone(typed, region).Understood);

    [Theory]
    [InlineData("82399031480511@lid", null, "'82399031480511@lid' is a LID, not a phone; its digits mean nothing as a number.")]
    [InlineData("0501234567", null, "'0501234567' cannot be read as an international number.")]
    [InlineData("12", "IL", "'12' cannot be a phone of region IL.")]
    [InlineData("0501234567", "Israel", "'Israel' is not a region.")]
    [InlineData("120363@g.us", null, "'120363@g.us' is not the address of a phone.")]
    public void What_is_no_phone_is_refused(string typed, string? region, string expected) => Refused(expected, () => Reference.ParsePhone(typed, region));

    [Theory]
    [InlineData("3@1234")]
    [InlineData("mine.raw.v1/3@1234")]
    public void A_position_is_named_with_or_without_its_topic(string typed) => Assert.Equal("mine.raw.v1/3@1234", Reference.ParseEvent(typed, new Topics("mine.").Raw).Understood);

    [Theory]
    [InlineData("3", "'3' is not a position.")]
    [InlineData("3@-1", "'3@-1' is not a position.")]
    [InlineData("whatsapp.enriched.v1/3@1", "'whatsapp.enriched.v1' is not the topic that is explained.")]
    public void What_is_no_position_is_refused(string typed, string expected) => Refused(expected, () => Reference.ParseEvent(typed, new Topics().Raw));

    private static void Refused(string expected, Action parse)
    {
        var refused = Assert.Throws<PipelineException>(parse);
        Assert.Equal((expected, ExitCode.Usage), (refused.Message, refused.ExitCode));
        Assert.NotNull(refused.Advice);
    }
}
