using System.Text;
using Pipeline.Cli.Sending;

namespace Pipeline.Cli.Tests;

public class InputLinesTests
{
    private const string Good = """{"business":1,"source":"baileys","session":"business_1","event":"messages.upsert","data":{"messages":[]}}""";

    [Fact]
    public async Task A_bad_line_is_reported_with_its_number_and_the_rest_goes_on()
    {
        var (lines, refused) = await ReadAsync(Good + "\nnot json\n" + Good + "\n");
        Assert.Equal([1, 3], lines.Select(line => line.Number));
        Assert.Equal((2, "invalid_json"), refused.Select(line => (line.Number, line.Reason)).Single());
    }

    [Fact]
    public async Task A_line_is_sent_as_it_stands_in_the_file()
    {
        var odd = """{ "business" : 7, "source":"waha", "event":"message", "data":{"n":1.0,"t":"\u00e9"} , "x":[1,2] }""";
        var (lines, _) = await ReadAsync(odd + "\n");
        Assert.Equal(odd, Encoding.UTF8.GetString(lines.Single().Json.Span));
        Assert.Equal((7, "waha"), (lines.Single().Business, lines.Single().Source));
    }

    [Theory]
    [InlineData("[1]", "invalid_type")]
    [InlineData("\"text\"", "invalid_type")]
    [InlineData("""{"business":1,"source":"baileys","event":"e","data":{}""", "invalid_json")]
    [InlineData("""{"business":1,"source":"baileys","event":"e","data":{}} {}""", "invalid_json")]
    [InlineData("""{"source":"baileys","event":"e","data":{}}""", "missing_business")]
    [InlineData("""{"business":"1","source":"baileys","event":"e","data":{}}""", "invalid_business")]
    [InlineData("""{"business":1.5,"source":"baileys","event":"e","data":{}}""", "invalid_business")]
    [InlineData("""{"business":0,"source":"baileys","event":"e","data":{}}""", "invalid_business")]
    [InlineData("""{"business":99999999999999999999,"source":"baileys","event":"e","data":{}}""", "invalid_business")]
    [InlineData("""{"business":1,"event":"e","data":{}}""", "missing_source")]
    [InlineData("""{"business":1,"source":"telegram","event":"e","data":{}}""", "unknown_source")]
    [InlineData("""{"business":1,"source":"baileys","data":{}}""", "missing_event")]
    [InlineData("""{"business":1,"source":"baileys","event":"","data":{}}""", "missing_event")]
    [InlineData("""{"business":1,"source":"baileys","event":"e"}""", "missing_data")]
    public async Task What_cannot_be_sent_is_told_by_reason(string line, string reason)
    {
        var (lines, refused) = await ReadAsync(line);
        Assert.Empty(lines);
        Assert.Equal(reason, refused.Single().Reason);
    }

    [Fact]
    public async Task Reasons_never_repeat_the_line()
    {
        var (_, refused) = await ReadAsync("""{"business":1,"source":"baileys","event":"e","data":{"phone":"972555550101" oops}}""");
        Assert.DoesNotContain("972555550101", refused.Single().Detail);
    }

    [Fact]
    public async Task Blank_lines_are_stepped_over_and_counted_in_the_numbers()
    {
        var (lines, refused) = await ReadAsync($"\n  \n{Good}\n\n");
        Assert.Equal(3, lines.Single().Number);
        Assert.Empty(refused);
    }

    [Fact]
    public async Task A_byte_order_mark_carriage_returns_and_a_missing_last_line_end_do_no_harm()
    {
        var (lines, refused) = await ReadAsync($"\uFEFF{Good}\r\n{Good}");
        Assert.Equal([1, 2], lines.Select(line => line.Number));
        Assert.All(lines, line => Assert.Equal(Good, Encoding.UTF8.GetString(line.Json.Span)));
        Assert.Empty(refused);
    }

    [Fact]
    public async Task A_line_beyond_all_measure_is_refused_and_the_next_one_is_read()
    {
        var huge = "{\"data\":\"" + new string('x', 17 * 1024 * 1024) + "\"}";
        var (lines, refused) = await ReadAsync($"{Good}\n{huge}\n{Good}\n");
        Assert.Equal([1, 3], lines.Select(line => line.Number));
        Assert.Equal((2, "too_large"), refused.Select(line => (line.Number, line.Reason)).Single());
    }

    internal static async Task<(List<InputLine> Lines, List<RefusedLine> Refused)> ReadAsync(string text)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var (lines, refused) = (new List<InputLine>(), new List<RefusedLine>());
        await foreach (var (line, bad) in InputLines.ReadAsync(input, default))
        {
            if (line is not null) lines.Add(line);
            if (bad is not null) refused.Add(bad);
        }
        return (lines, refused);
    }
}
