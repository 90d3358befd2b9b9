using Pipeline.Servers;

namespace Pipeline.Cli.Tests.Explain;

/// <summary>What never reached Postgres is explained from the raw topic.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ExplainRawTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string StatusPost = """
        {"key":{"remoteJid":"status@broadcast","fromMe":false,"id":"3EB0B1","participant":"82399031480511@lid","participantPn":"972555550101@s.whatsapp.net"},
         "messageTimestamp":1760000000,"pushName":"Dana","message":{"conversation":"invented"}}
        """;

    private readonly RawTopic raw = new();
    private Explaining explain = null!;

    public async Task InitializeAsync() => explain = new Explaining(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync()
    {
        await explain.DisposeAsync();
        raw.Dispose();
    }

    [Fact]
    public async Task A_status_post_is_found_and_says_why_it_is_not_stored()
    {
        await raw.WriteAsync(2, 1, StatusPost);
        await raw.WriteAsync(1, 2, StatusPost);

        Assert.Equal("""
            Business 1, message 3EB0B1

            Event at whatsapp.raw.v1/0@1
              event          00000000-0000-5000-8000-000000000002
              from           baileys, session business_1, messages.upsert, part messages, notify
              received       2025-10-09T08:00:01Z
              read as        a status post
              chat           status@broadcast
              message id     3EB0B1
              time           2025-10-09T08:53:20Z
              author         phone +972555550101, LID 82399031480511
                             envelope: the same event carried the phone beside the LID, in participantPn
              states         LID 82399031480511 is +972555550101, in participantPn (strong)
              what became    status posts have no conversation and are not stored

            LID 82399031480511
              phone          not known: nothing that was received has stated it

            """, await ExplainAsync("--message", "3EB0B1"), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_dead_letter_says_what_is_wrong_with_it()
    {
        await raw.WriteAsync(1, 1, """{"key":{"fromMe":false,"id":"3EB0B2"},"messageTimestamp":1760000000,"message":{"conversation":"invented"}}""");
        await raw.SetAsideAsync(1, 1, "missing_remote_jid");

        Assert.EndsWith("""
              read as        an event that cannot be understood
              fault          missing_remote_jid: its key does not name a chat
              what became    set aside as a dead letter: missing_remote_jid (by the resolver; it lies in whatsapp.raw.v1.dlq)

            """, await ExplainAsync("--message", "3EB0B2"));
    }

    [Theory]
    [InlineData("contacts.upsert", "item", """{"id":"972555550101@s.whatsapp.net","name":"Dana"}""", "it is no message and states no LID with its phone")]
    [InlineData("lid-mapping.update", "", """{"lid":"82399031480511@lid","pn":"972555550101@s.whatsapp.net"}""", "it is no message; it goes into the LID table")]
    [InlineData("connection.update", "", """{"connection":"open"}""", "it is no message and is not stored")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"120363@newsletter","id":"A"},"message":{"conversation":"x"}}""", "posts of channels have no conversation and are not stored")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"972555550101@s.whatsapp.net","id":"A"},"message":{"reactionMessage":{"key":{"remoteJid":"972555550101@s.whatsapp.net","fromMe":true,"id":"B"},"text":"👍"}}}""", "it is no message of its own: it is kept as something that happened to another message")]
    [InlineData("messages.upsert", "messages", "{", "the Resolver sets it aside as a dead letter: invalid_json")]
    [InlineData("messages.upsert", "messages", """{"key":{"remoteJid":"972555550101@s.whatsapp.net","id":"A"},"message":{"conversation":"x"}}""", "it belongs into a conversation but is not stored (yet): it may still be under way, or something it needs was refused at a later stage")]
    public async Task Every_record_says_what_became_of_it(string type, string part, string payload, string expected)
    {
        await raw.WriteAsync(1, 1, payload, type, part);

        Assert.Contains($"  what became    {expected}\n", await ExplainAsync("--event", "0@0"));
    }

    [Fact]
    public async Task A_record_that_is_no_event_says_so()
    {
        await raw.WriteNonsenseAsync(1);

        Assert.Contains("  what became    its bytes are no raw event (bad_magic): the Resolver sets it aside as a dead letter\n", await ExplainAsync("--event", "whatsapp.raw.v1/0@0"));
    }

    [Fact]
    public async Task A_record_of_another_business_is_not_shown()
    {
        await raw.WriteAsync(2, 1, StatusPost);

        var (code, said, complaint) = await explain.RunAsync("--business", "1", "--event", "0@0", "--bootstrap-servers", raw.BootstrapServers);

        Assert.Equal((ExitCode.Failed, ""), (code, said));
        Assert.StartsWith("pipeline: whatsapp.raw.v1/0@0 does not belong to business 1.\n", complaint);
    }

    [Theory]
    [InlineData("0@1", "pipeline: whatsapp.raw.v1/0@1 has not been written yet.\n  The newest record of that partition is whatsapp.raw.v1/0@0\n")]
    [InlineData("1@0", "pipeline: whatsapp.raw.v1 has no partition 1.\n  Its partitions are 0 to 0.\n")]
    public async Task A_position_that_is_not_there_says_where_the_topic_ends(string position, string expected)
    {
        await raw.WriteAsync(1, 1, StatusPost);

        Assert.Equal((ExitCode.Failed, "", expected), await explain.RunAsync("--business", "1", "--event", position, "--bootstrap-servers", raw.BootstrapServers));
    }

    [Fact]
    public async Task What_is_nowhere_is_said_to_be_nowhere()
    {
        await raw.WriteAsync(1, 1, StatusPost);

        var (code, said, complaint) = await explain.RunAsync("--business", "1", "--message", "3EB0B9", "--bootstrap-servers", raw.BootstrapServers);

        Assert.Equal((ExitCode.Failed, ""), (code, said));
        Assert.Equal("pipeline: Business 1 has nothing about message 3EB0B9.\n  It is not in Postgres, and not among the 1 records that whatsapp.raw.v1 holds.\n", complaint);
    }

    [Fact]
    public async Task Without_Kafka_it_is_said_that_nobody_looked_there()
    {
        var (code, _, complaint) = await explain.RunAsync("--business", "1", "--message", "3EB0B1");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal("pipeline: Business 1 has nothing about message 3EB0B1.\n  It is not in Postgres. Kafka did not answer, so whatsapp.raw.v1 was not looked through.\n", complaint);
    }

    [Fact]
    public async Task Texts_stay_away_here_too_unless_they_are_asked_for()
    {
        await raw.WriteAsync(1, 1, StatusPost);

        Assert.DoesNotContain("invented", await ExplainAsync("--message", "3EB0B1"));
        Assert.DoesNotContain("invented", await ExplainAsync("--message", "3EB0B1", "--json"));
        Assert.Contains("  text           invented\n", await ExplainAsync("--message", "3EB0B1", "--text"));
    }

    private Task<string> ExplainAsync(params string[] arguments) => explain.ExplainAsync(["--business", "1", .. arguments, "--bootstrap-servers", raw.BootstrapServers]);
}
