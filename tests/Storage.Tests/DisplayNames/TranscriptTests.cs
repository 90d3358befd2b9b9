using Xunit;

namespace Pipeline.Storage.Tests.DisplayNames;

[Collection(PostgresCollection.Name)]
public sealed class TranscriptTests(PostgresFixture postgres) : OnDirectory(postgres)
{
    private const string Noa = "203914857316042";

    [Fact]
    public async Task A_group_is_read_line_by_line()
    {
        await ExecuteAsync("UPDATE person SET name = 'Dana Cohen' WHERE lead_id = 1");
        await SayAsync(3, 10, "82399031480511", "Friday?", "author_lid = '82399031480511', push_name = 'D'");
        await SayAsync(3, 11, Noa, "yes", $"author_lid = '{Noa}', push_name = 'Noa'");
        await SayAsync(3, 12, "business", "see you");
        await SayAsync(3, 13, Noa, null, $"author_lid = '{Noa}', push_name = 'Noa'", "image");
        await SayAsync(3, 14, Noa, "the pitch", $"author_lid = '{Noa}', push_name = 'Noa'", "image");
        await SayAsync(3, 15, Noa, "oops", $"author_lid = '{Noa}', push_name = 'Noa', revoked = true");
        Assert.Equal(
            ["[Dana Cohen]: Friday?", "[Noa]: yes", "[You]: see you", "[Noa]: <image>", "[Noa]: the pitch", "[Noa]: <deleted>"],
            await ColumnAsync("SELECT rendered FROM group_transcript WHERE conversation_id = 3 ORDER BY sent_at, id"));
        Assert.Equal(["[אנחנו]: see you"], await ColumnAsync("SET pipeline.own_name = 'אנחנו'; SELECT rendered FROM group_transcript WHERE from_me"));
    }

    [Fact]
    public async Task A_member_is_shown_as_known_today_and_never_as_a_LID()
    {
        await SayAsync(3, 10, Noa, "hi", $"author_lid = '{Noa}', push_name = '~{Noa}'");
        Assert.Equal("[Unknown]: hi", await LineAsync());
        await ExecuteAsync($"INSERT INTO lid_mappings VALUES (7, '{Noa}', '+972555550103', 'strong', 'x', now(), now(), gen_random_uuid())");
        Assert.Equal("[+972 55 555 0103]: hi", await LineAsync());
        await ExecuteAsync("INSERT INTO known_name VALUES (7, 'whatsapp', '972555550103@s.whatsapp.net', 'contact', 'Noa Levi', now())");
        Assert.Equal("[Noa Levi]: hi", await LineAsync());
        await ExecuteAsync("UPDATE whatsapp_message SET push_name = 'Noa'");
        Assert.Equal("[Noa]: hi", await LineAsync());
        await ExecuteAsync("INSERT INTO person (business_id, lead_id, name, phone_e164) VALUES (7, 3, 'Noa L.', '+972555550103'); INSERT INTO contact_identities VALUES (7, 'phone', '+972555550103', 3, 3)");
        Assert.Equal("[Noa L.]: hi", await LineAsync());
    }

    [Fact]
    public async Task A_member_who_wrote_by_phone_is_named_by_what_her_LID_is_called()
    {
        await ExecuteAsync($"INSERT INTO lid_mappings VALUES (7, '{Noa}', '+972555550103', 'strong', 'x', now(), now(), gen_random_uuid()); INSERT INTO known_name VALUES (7, 'whatsapp', '{Noa}@lid', 'contact', 'Noa Levi', now())");
        await SayAsync(3, 10, "+972555550103", "hi", "author_phone = '+972555550103'");
        Assert.Equal("[Noa Levi]: hi", await LineAsync());
    }

    [Fact]
    public async Task A_phone_that_was_denied_since_is_not_shown()
    {
        await SayAsync(3, 10, Noa, "hi", $"author_lid = '{Noa}', author_phone = '+972555550103'");
        Assert.Equal("[+972 55 555 0103]: hi", await LineAsync());
        await ExecuteAsync($"INSERT INTO denied_pair VALUES (7, '{Noa}', '+972555550103', true, now(), gen_random_uuid())");
        Assert.Equal("[Unknown]: hi", await LineAsync());
    }

    private async Task<object?> LineAsync() => await ScalarAsync("SELECT rendered FROM group_transcript WHERE conversation_id = 3");
}
