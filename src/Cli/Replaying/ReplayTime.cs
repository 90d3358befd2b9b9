using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Cli.Replaying;

/// <summary>Times and durations as Kafka's own tools write them.</summary>
internal static partial class ReplayTime
{
    /// <summary>What a time looks like, for help texts.</summary>
    public const string Form = "yyyy-MM-ddTHH:mm:ss.SSS[zone]";

    private static readonly string[] Zoned = ["yyyy-MM-dd'T'HH:mm:ss.fffK", "yyyy-MM-dd'T'HH:mm:ss.fffzzz", "yyyy-MM-dd'T'HH:mm:ss.fffzz"];

    /// <summary>A time; UTC when it names no zone. A zone is <c>Z</c>, <c>+02</c>, <c>+0200</c> or <c>+02:00</c>.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="option">The option it was typed for.</param>
    /// <exception cref="PipelineException">It is none.</exception>
    public static DateTimeOffset Parse(string text, string option)
    {
        var written = ZoneWithoutColon().Replace(text.Trim(), "$1:$2");
        return DateTimeOffset.TryParseExact(written, Zoned, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new PipelineException($"{option} takes a time of the form {Form}, for example 2026-03-01T08:30:00.000 (UTC) or 2026-03-01T10:30:00.000+02:00.", exitCode: ExitCode.Usage);
    }

    /// <summary>A length of time, <c>PnDTnHnMnS</c>.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="option">The option it was typed for.</param>
    /// <exception cref="PipelineException">It is none.</exception>
    public static TimeSpan ParseDuration(string text, string option)
    {
        var parts = Duration().Match(text.Trim());
        var given = parts.Groups.Values.Skip(1).Where(part => part.Success).ToList();
        if (!parts.Success || given.Count == 0 || !TryAll(parts, out var duration))
            throw new PipelineException($"{option} takes a duration of the form PnDTnHnMnS, for example PT2H30M or P1D.", exitCode: ExitCode.Usage);
        return duration;
    }

    /// <summary>A time as it is shown, and as <see cref="Parse"/> reads it.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static bool TryAll(Match parts, out TimeSpan duration)
    {
        try
        {
            duration = TimeSpan.FromDays(Number(1)) + TimeSpan.FromHours(Number(2)) + TimeSpan.FromMinutes(Number(3)) + TimeSpan.FromSeconds(Number(4));
            return true;
        }
        catch (OverflowException)
        {
            duration = default;
            return false;
        }

        double Number(int group) => parts.Groups[group].Success ? double.Parse(parts.Groups[group].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"([+-]\d\d)(\d\d)$", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneWithoutColon();

    [GeneratedRegex(@"^P(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Duration();
}
