using Pipeline.Servers;

namespace Pipeline.Rebuild.Tests;

/// <summary>A rebuild becomes the live tables, and live traffic goes on in them; nothing is lost on the way.</summary>
[Collection(RebuildCollection.Name)]
public sealed class PromoteTests(RebuildServers servers)
{
    [Fact]
    public async Task Live_traffic_goes_on_in_the_promoted_tables()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var live = await Installation.StartAsync(servers, redis: redis.ConnectionString);
        await live.SendAsync([.. Lines.Traffic, Lines.Message("N1", Lines.Noa, 7), Lines.Quote("B2", Lines.NoaLid, 8, quoted: Lines.Noa)]);
        Assert.True(await live.RebuildAsync("next", ("Resolver:QuotedAuthor", "trust")) == 0, live.Said);
        var keys = await live.RowsAsync("SELECT canonical_key FROM whatsapp.whatsapp_conversation WHERE business_id = 1");

        // While the services work it is refused.
        Assert.Equal(1, await live.PromoteAsync(execute: true));
        Assert.Contains("The Resolver reads whatsapp.raw.v1: stop every copy of it.", live.Said, StringComparison.Ordinal);

        // What came since is not in the rebuild yet.
        await live.SendAsync(Lines.Message("A4", Lines.DanaLid, 10));
        await live.StopServicesAsync();
        Assert.Equal(1, await live.PromoteAsync(execute: true));
        Assert.Contains("The rebuild is 1 records of raw behind the live Resolver", live.Said, StringComparison.Ordinal);
        Assert.True(await live.RebuildAsync("next", ("Resolver:QuotedAuthor", "trust")) == 0, live.Said);

        await live.RowsAsync("UPDATE whatsapp.whatsapp_conversation SET is_open = false WHERE id = (SELECT conversation_id FROM whatsapp.whatsapp_message WHERE message_id = 'A1')");

        // Looking changes nothing.
        Assert.True(await live.PromoteAsync() == 0, live.Said);
        Assert.Contains("1 conversations would be made of several", live.Said, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed; with --execute it is done.", live.Said, StringComparison.Ordinal);
        Assert.Equal(["A1 A2 A3 A4", "B1 B2", "C1", "G1", "N1"], await live.ConversationsAsync());

        Assert.True(await live.PromoteAsync(execute: true) == 0, live.Said);
        Assert.Equal(["A1 A2 A3 A4", "B1 B2 N1", "C1", "G1"], await live.ConversationsAsync());
        Assert.Equal(["A1 A2 A3 A4", "B1 B2", "C1", "G1", "N1"], await live.ConversationsAsync("whatsapp_before_next"));
        Assert.Equal(["- -"], await live.RowsAsync("SELECT to_regnamespace('whatsapp_next')::text, to_regclass('whatsapp.pipeline_rebuild')::text"));

        // Who was closed is closed, every key still answers, and the functions read the promoted tables.
        Assert.Equal(["False"], await live.RowsAsync("SELECT c.is_open FROM whatsapp.whatsapp_conversation c JOIN whatsapp.whatsapp_message m ON m.conversation_id = c.id WHERE m.message_id = 'A1'"));
        foreach (var key in keys) Assert.NotEqual(["-"], await live.RowsAsync($"SELECT whatsapp.conversation_of(1, '{key}')"));
        Assert.Equal(["B1 B2 N1"], await live.RowsAsync("SELECT string_agg(message_id, ' ' ORDER BY message_id) FROM whatsapp.messages_of(1, '+972555550102')"));
        Assert.Equal(["B1 B2"], await live.RowsAsync("SELECT string_agg(message_id, ' ' ORDER BY message_id) FROM whatsapp_before_next.messages_of(1, '57102938465720@lid')"));

        // The same people go on in the same conversations; what was trusted stays, and Redis does not answer from the earlier table.
        live.Settings["Resolver:QuotedAuthor"] = "trust";
        await live.StartServicesAsync();
        await live.SendAsync(Lines.Message("A5", Lines.DanaLid, 20), Lines.Message("B3", Lines.NoaLid, 21), Lines.Message("N2", Lines.Noa, 22), Lines.Message("E1", "972555550111@s.whatsapp.net", 23));
        Assert.Equal(["A1 A2 A3 A4 A5", "B1 B2 B3 N1 N2", "C1", "E1", "G1"], await live.ConversationsAsync());
        Assert.Equal(["+972555550102 quoted"], await live.RowsAsync("SELECT peer_phone, peer_source FROM whatsapp.whatsapp_message WHERE message_id = 'B3'"));

        // And the next rebuild of the same name is the same again, once the earlier tables are out of its way.
        Assert.True(await live.RebuildAsync("again", ("Resolver:QuotedAuthor", "trust")) == 0, live.Said);
        Assert.True(await live.DiffAsync("again") == 0, live.Said);
    }

    [Fact]
    public async Task What_only_the_live_tables_have_is_not_left_behind_unsaid()
    {
        await using var live = await Installation.StartAsync(servers);
        await live.SendAsync([.. Lines.Traffic]);
        await live.RowsAsync("""
            INSERT INTO whatsapp.whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_source, author_source, type, sent_at)
            SELECT business_id, conversation_id, 'OLD1', 'peer', gen_random_uuid(), false, 'none', 'none', 'text', '2024-01-01Z' FROM whatsapp.whatsapp_message WHERE message_id = 'A1'
            """);
        await live.RowsAsync("CREATE VIEW public.report AS SELECT count(*) FROM whatsapp.whatsapp_message");
        await live.RowsAsync("CREATE ROLE reader; GRANT USAGE ON SCHEMA whatsapp TO reader; GRANT SELECT ON whatsapp.conversation_list TO reader");
        Assert.True(await live.RebuildAsync() == 0, live.Said);
        await live.StopServicesAsync();

        Assert.Equal(1, await live.PromoteAsync(execute: true));
        Assert.Contains("1 live messages are not in the rebuild", live.Said, StringComparison.Ordinal);
        Assert.Contains("report, in another schema, depends on the live tables themselves", live.Said, StringComparison.Ordinal);
        await live.RowsAsync("DROP VIEW public.report");
        Assert.Equal(1, await live.PromoteAsync(execute: true, leaveBehind: 2));

        Assert.True(await live.PromoteAsync(execute: true, leaveBehind: 1) == 0, live.Said);
        Assert.Equal(["True True"], await live.RowsAsync("SELECT has_schema_privilege('reader', 'whatsapp', 'USAGE'), has_table_privilege('reader', 'whatsapp.conversation_list', 'SELECT')"));
        Assert.Equal(["1"], await live.RowsAsync("SELECT count(*) FROM whatsapp_before_next.whatsapp_message WHERE message_id = 'OLD1'"));
    }
}
