using Pipeline.Cli.Replaying;

namespace Pipeline.Cli.Tests.Replaying;

public class ReplayTimeTests
{
    [Theory]
    [InlineData("2026-03-01T08:30:00.000")]
    [InlineData("2026-03-01T08:30:00.000Z")]
    [InlineData("2026-03-01T10:30:00.000+02")]
    [InlineData("2026-03-01T10:30:00.000+0200")]
    [InlineData("2026-03-01T10:30:00.000+02:00")]
    [InlineData("2026-03-01T03:30:00.000-05:00")]
    public void A_time_without_a_zone_is_UTC(string text) =>
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 8, 30, 0, TimeSpan.Zero), ReplayTime.Parse(text, "--to-datetime"));

    [Theory]
    [InlineData("2026-03-01T08:30:00")]
    [InlineData("2026-03-01 08:30:00.000")]
    [InlineData("2026-03-01")]
    [InlineData("2026-13-01T08:30:00.000")]
    [InlineData("yesterday")]
    [InlineData("")]
    public void A_time_in_another_form_is_refused_with_an_example(string text) =>
        Assert.Contains("2026-03-01T08:30:00.000", Assert.Throws<PipelineException>(() => ReplayTime.Parse(text, "--to-datetime")).Message);

    [Theory]
    [InlineData("PT2H", 7200)]
    [InlineData("P1D", 86_400)]
    [InlineData("P1DT2H3M4.5S", 93_784.5)]
    [InlineData("PT0S", 0)]
    [InlineData("pt15m", 900)]
    public void A_duration_is_written_as_in_ISO_8601(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ReplayTime.ParseDuration(text, "--by-duration"));

    [Theory]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("P1Y")]
    [InlineData("2H")]
    [InlineData("PT2")]
    [InlineData("-PT2H")]
    [InlineData("P999999999D")]
    public void Anything_else_is_no_duration(string text) => Assert.Throws<PipelineException>(() => ReplayTime.ParseDuration(text, "--by-duration"));
}
