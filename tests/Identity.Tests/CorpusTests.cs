using System.Text;

namespace Pipeline.Identity.Tests;

public class CorpusTests
{
    public static TheoryData<string> Cases => [.. Corpus.Cases.Keys];

    public static TheoryData<string> Bodies => [.. Corpus.RawBodies.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_recorded_payload_is_understood(string id) => Assert.Empty(CorpusRun.DifferencesOf(Corpus.Cases[id]));

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Every_odd_body_is_understood_or_refused(string id)
    {
        var body = Corpus.RawBodies[id];
        Assert.Empty(CorpusRun.DifferencesOfBody(Encoding.UTF8.GetBytes(body.GetProperty("body").GetString()!), body.GetProperty("expect")));
    }
}
