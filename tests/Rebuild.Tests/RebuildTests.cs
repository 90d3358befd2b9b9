using Pipeline.Cli.Rebuilding;

namespace Pipeline.Rebuild.Tests;

/// <summary>A rebuild beside the live tables: it comes to the same, whatever happens meanwhile, and a changed rule shows in the diff and nowhere else.</summary>
[Collection(RebuildCollection.Name)]
public sealed class RebuildTests(RebuildServers servers)
{
    [Fact]
    public async Task A_rebuild_of_the_sample_differs_in_nothing_and_is_taken_away_again()
    {
        await using var live = await Installation.StartAsync(servers);
        await live.SendAsync(await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "demo.jsonl")));

        Assert.True(await live.RebuildAsync() == 0, live.Said);
        Assert.Contains("Caught up with whatsapp.raw.v1", live.Said, StringComparison.Ordinal);
        Assert.True(await live.DiffAsync() == 0, live.Said);
        Assert.Contains("No difference", live.Said, StringComparison.Ordinal);
        Assert.Equal(await live.ConversationsAsync(), await live.ConversationsAsync("whatsapp_next"));

        // Run again, it has nothing to do.
        Assert.True(await live.RebuildAsync() == 0, live.Said);
        Assert.Contains("Going on with the rebuild", live.Said, StringComparison.Ordinal);
        Assert.True(await live.DiffAsync() == 0, live.Said);

        Assert.Equal(0, await live.DiscardAsync());
        Assert.Equal(["-"], await live.RowsAsync("SELECT to_regnamespace('whatsapp_next')::text"));
        Assert.Equal(1, await live.DiffAsync());
        Assert.Contains("There is no rebuild 'next'", live.Said, StringComparison.Ordinal);

        // What the first has left in Kafka does not get into a second of the same name.
        Assert.True(await live.RebuildAsync() == 0, live.Said);
        Assert.True(await live.DiffAsync() == 0, live.Said);
    }

    [Fact]
    public async Task Live_traffic_goes_on_and_a_second_run_catches_up()
    {
        await using var live = await Installation.StartAsync(servers);
        await live.SendAsync(Lines.Traffic);
        Assert.True(await live.RebuildAsync() == 0, live.Said);

        await live.SendAsync(Lines.Message("A4", Lines.DanaLid, 10), Lines.Message("D1", "972555550109@s.whatsapp.net", 11));
        await live.DiffAsync();
        Assert.Contains("2 records of raw behind", live.Said, StringComparison.Ordinal);
        Assert.Contains("2 messages that only one side has read yet are left out", live.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("only in the live tables", live.Said, StringComparison.Ordinal);

        Assert.True(await live.RebuildAsync() == 0, live.Said);
        Assert.True(await live.DiffAsync() == 0, live.Said);
    }

    [Fact]
    public async Task What_Kafka_has_dropped_is_said_and_the_rest_is_made_where_that_is_wanted()
    {
        await using var live = await Installation.StartAsync(servers, partitions: 1);
        // The in-process broker keeps 5 MB of a partition.
        const int Sent = 150;
        var text = new string('x', 60_000);
        await live.SendAsync([.. Enumerable.Range(0, Sent).Select(number => Lines.Message($"L{number:D3}", Lines.Dana, number, message: $$"""{"conversation":"{{text}}"}"""))]);
        Assert.Equal([$"{Sent}"], await live.RowsAsync("SELECT count(*) FROM whatsapp.whatsapp_message"));

        Assert.Equal(1, await live.RebuildAsync());
        Assert.Contains("Kafka has already dropped the beginning of 1 of 1 partitions of whatsapp.raw.v1", live.Said, StringComparison.Ordinal);
        Assert.Contains("--without-what-is-gone", live.Said, StringComparison.Ordinal);
        Assert.Equal(["-"], await live.RowsAsync("SELECT to_regnamespace('whatsapp_next')::text"));

        Assert.True(await live.RebuildAsync(new RebuildRun.Request("next", Follow: false, AskEndpoint: false, From: null, WithoutWhatIsGone: true, new Dictionary<string, string>())) == 0, live.Said);
        var made = int.Parse((await live.RowsAsync("SELECT count(*) FROM whatsapp_next.whatsapp_message"))[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(made, 1, Sent - 1);
        Assert.Equal(1, await live.DiffAsync());
        Assert.Contains($"{Sent - made} messages", live.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trusted_quote_merges_whom_it_names_and_the_diff_names_exactly_these()
    {
        await using var live = await Installation.StartAsync(servers);
        await live.SendAsync([.. Lines.Traffic, Lines.Message("N1", Lines.Noa, 7), Lines.Quote("B2", Lines.NoaLid, 8, quoted: Lines.Noa)]);

        Assert.True(await live.RebuildAsync("next", ("Resolver:QuotedAuthor", "trust")) == 0, live.Said);
        Assert.Equal(1, await live.DiffAsync());
        Assert.Contains("1 conversations would be made of several; 1 messages would move", live.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("would be split", live.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("Business 2", live.Said, StringComparison.Ordinal);
        Assert.Equal(["A1 A2 A3", "B1 B2", "C1", "G1", "N1"], await live.ConversationsAsync());
        Assert.Equal(["A1 A2 A3", "B1 B2 N1", "C1", "G1"], await live.ConversationsAsync("whatsapp_next"));

        // Nobody is named unless it is asked for.
        await live.DiffAsync(inFull: false, json: true);
        Assert.DoesNotContain("5555501", live.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("57102938465720", live.Said, StringComparison.Ordinal);
        Assert.Contains("\"what\": \"merged\"", live.Said, StringComparison.Ordinal);

        // The settings belong to the rebuild.
        Assert.Equal(2, await live.RebuildAsync());
        Assert.Contains("was begun with other settings", live.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_members_who_become_leads_are_addresses_that_only_the_rebuild_knows()
    {
        await using var live = await Installation.StartAsync(servers);
        await live.SendAsync([.. Lines.Traffic, Lines.Message("G2", Lines.Group, 9, participant: "61112223334445@lid")]);

        Assert.True(await live.RebuildAsync("next", ("Leads:FromGroups", "true")) == 0, live.Said);
        Assert.Equal(1, await live.DiffAsync());
        Assert.Contains("1 addresses of people are known to one side only", live.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("messages", string.Join('\n', live.Said.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_rebuild_goes_on_where_it_stood()
    {
        await using var live = await Installation.StartAsync(servers);
        await live.SendAsync(Enumerable.Range(1, 3000).Select(at => Lines.Message($"M{at}", $"9725555{at % 100:D5}@s.whatsapp.net", at, business: 1 + (at % 7))));

        using var ending = new CancellationTokenSource();
        var running = live.RebuildAsync(new RebuildRun.Request("next", false, false, null, false, new Dictionary<string, string> { ["Kafka:BatchRecords"] = "10" }), ending.Token);
        while (!running.IsCompleted && (await live.RowsAsync("SELECT to_regclass('whatsapp_next.whatsapp_message') IS NOT NULL"))[0] != "True") await Task.Yield();
        while (!running.IsCompleted && (await live.RowsAsync("SELECT count(*) > 50 FROM whatsapp_next.whatsapp_message"))[0] != "True") await Task.Yield();
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.True(await live.RebuildAsync("next", ("Kafka:BatchRecords", "10")) == 0, live.Said);
        Assert.True(await live.DiffAsync() == 0, live.Said);
        Assert.Contains("3,000 messages", live.Said, StringComparison.Ordinal);
    }
}
