using System.Collections.Concurrent;
using System.Text.Json;

namespace Pipeline.EndToEnd;

/// <summary>
/// The corpus through four processes: every case is a business of its own, so that no case knows what another has taught, and
/// what ends up in Postgres is held against what the case expects.
/// </summary>
public sealed class CorpusTests : IClassFixture<CorpusTests.Outcome>
{
    private readonly Outcome outcome;

    public CorpusTests(Outcome outcome) => this.outcome = outcome;

    public static TheoryData<string> PlainCases => [.. Corpus.Cases.Where(c => c.Value.GetProperty("must").GetBoolean()).Select(c => c.Key)];

    [Theory]
    [MemberData(nameof(PlainCases))]
    public void A_plain_case_is_stored_with_the_expected_peer_author_direction_and_kind(string id)
    {
        var input = Corpus.Cases[id].GetProperty("input").EnumerateArray().ToList();
        var expectations = Corpus.Cases[id].GetProperty("expect").EnumerateArray().ToList();
        var compared = 0;
        for (var line = 0; line < input.Count; line++)
        {
            var expected = expectations[line];
            if (expected.ValueKind == JsonValueKind.Null || expected.GetProperty("kind").GetString() is not ("direct" or "group")) continue;
            var messageId = input[line].GetProperty("data").GetProperty("messages")[0].GetProperty("key").GetProperty("id").GetString()!;
            Assert.True(outcome.Messages.TryGetValue((Outcome.BusinessOf(id), messageId), out var stored), $"{messageId} was not stored.");
            compared++;

            Assert.Equal(expected.GetProperty("kind").GetString(), stored.GetProperty("kind").GetString());
            Assert.Equal(expected.GetProperty("from_me").GetBoolean(), stored.GetProperty("from_me").GetBoolean());
            Assert.Equal(expected.GetProperty("from_me").GetBoolean() ? "out" : "in", stored.GetProperty("direction").GetString());
            Assert.Equal(expected.GetProperty("text").GetString(), stored.GetProperty("text").GetString());
            Assert.Equal(PartyOf(expected.GetProperty("author"), "phone", "lid", "is_business"), PartyOf(stored.GetProperty("author"), "phone", "lid", "is_business"));
            if (expected.GetProperty("kind").GetString() == "group")
            {
                Assert.Equal(JsonValueKind.Null, stored.GetProperty("peer").ValueKind);
                Assert.Equal(expected.GetProperty("source").GetString(), stored.GetProperty("author").GetProperty("source").GetString());
            }
            else
            {
                Assert.Equal(PartyOf(expected.GetProperty("peer"), "phone", "lid"), PartyOf(stored.GetProperty("peer"), "phone", "lid"));
                Assert.Equal(expected.GetProperty("source").GetString(), stored.GetProperty("peer").GetProperty("source").GetString());
            }
        }
        Assert.True(compared > 0, "The case expects nothing that is stored.");
    }

    [Fact]
    public void Every_pair_that_a_plain_case_teaches_is_in_the_table()
    {
        foreach (var (id, one) in Corpus.Cases.Where(c => c.Value.GetProperty("must").GetBoolean()))
            foreach (var expected in one.GetProperty("expect").EnumerateArray().Where(e => e.ValueKind != JsonValueKind.Null))
                foreach (var pair in expected.GetProperty("mappings").EnumerateArray())
                    Assert.Contains((Outcome.BusinessOf(id), pair[0].GetString()!, pair[1].GetString()!), outcome.Mappings);
    }

    [Fact]
    public async Task No_LID_became_a_phone()
    {
        var summary = await outcome.Run.ResultsAsync();
        Assert.NotEmpty(summary["messages.jsonl"]);
        await using var database = outcome.Run.OpenDatabase();
        await using var query = database.CreateCommand("SELECT count(*) FROM leads l JOIN whatsapp_message m ON m.business_id = l.business_id AND l.phone_e164::text = '+' || m.peer_lid WHERE m.peer_phone IS NULL");
        Assert.Equal(0L, await query.ExecuteScalarAsync());
    }

    [Fact]
    public async Task What_cannot_be_understood_is_a_dead_letter_with_its_reason()
    {
        var reasons = (await outcome.Run.DeadLettersAsync()).Select(letter => letter.Reason).ToHashSet();
        Assert.Superset(new HashSet<string> { "missing_key", "invalid_type", "missing_remote_jid", "invalid_jid", "unknown_server" }, reasons);
    }

    [Fact]
    public async Task Explain_answers_for_every_record_of_every_case_and_for_every_LID_and_phone_that_became_known()
    {
        var caseOf = Corpus.Cases.Keys.ToDictionary(Outcome.BusinessOf);
        var questions = new List<(long Business, string By, string Reference)>();
        foreach (var (business, position) in await outcome.Run.RawEventsAsync()) questions.Add((business, "--event", position));
        foreach (var (business, messageId) in outcome.Messages.Keys.Where(key => key.MessageId.Length > 0)) questions.Add((business, "--message", messageId));
        foreach (var (business, lid, phone) in outcome.Mappings) questions.AddRange([(business, "--lid", lid), (business, "--phone", phone)]);

        var explained = new ConcurrentDictionary<string, bool>();
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(questions, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (question, _) =>
        {
            var (business, by, reference) = question;
            var (code, said) = await outcome.Run.CommandAsync("explain", "--business", business.ToString(), by, reference, "--json");
            if (code == 0 && JsonSerializer.Deserialize<JsonElement>(said).GetProperty("business_id").GetInt64() == business) explained[caseOf[business]] = true;
            else wrong.Enqueue($"{caseOf[business]}: {by} {reference}: {said}");
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(10)));
        Assert.Empty(Corpus.Cases.Keys.Except(explained.Keys));
    }

    private static string PartyOf(JsonElement party, params string[] fields) =>
        string.Join(' ', fields.Select(field => $"{field}={party.GetProperty(field)}"));

    public sealed class Outcome : IAsyncLifetime
    {
        internal PipelineRun Run { get; private set; } = null!;

        internal Dictionary<(long Business, string MessageId), JsonElement> Messages { get; } = [];

        internal HashSet<(long Business, string Lid, string Phone)> Mappings { get; } = [];

        public static long BusinessOf(string id) => 1000 + Corpus.Cases.Keys.ToList().IndexOf(id);

        public async Task InitializeAsync()
        {
            Run = await PipelineRun.StartAsync();
            await Run.SendAsync(Corpus.Cases.SelectMany(one => one.Value.GetProperty("input").EnumerateArray()
                .Select(line => EndToEnd.Lines.ForBusiness(line.GetRawText(), _ => BusinessOf(one.Key)))));
            await Run.DrainAsync();
            var results = await Run.ResultsAsync();
            foreach (var message in Lines(results["messages.jsonl"]))
                Messages[(message.GetProperty("business_id").GetInt64(), message.GetProperty("message_id").GetString()!)] = message;
            foreach (var mapping in Lines(results["mappings.jsonl"]))
                Mappings.Add((mapping.GetProperty("business_id").GetInt64(), mapping.GetProperty("lid").GetString()!, mapping.GetProperty("phone").GetString()!));
        }

        public async Task DisposeAsync() => await Run.DisposeAsync();

        private static IEnumerable<JsonElement> Lines(string file) =>
            file.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line));
    }
}
