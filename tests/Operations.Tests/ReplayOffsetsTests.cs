using Pipeline.Cli;

namespace Pipeline.Operations.Tests;

public class ReplayOffsetsTests(OperatedServers servers) : IClassFixture<OperatedServers>
{
    private const string SinkAt = "SELECT string_agg(partition || '@' || next_offset, ' ' ORDER BY partition) FROM sink_offset";

    [Fact]
    public async Task A_dry_run_shows_the_plan_and_changes_nothing()
    {
        await using var here = await SinkThatHasReadAsync("dry");
        var said = await here.RunAsync("replay --stage sink --to-offset 3");

        Assert.Equal(ExitCode.Ok, said.Code);
        Assert.Contains("WARN: No action will be performed as the --execute option is missing", said.Error);
        Assert.Equal(["GROUP", "TOPIC", "PARTITION", "NEW-OFFSET", "CURRENT-OFFSET", "RECORDS"], Cells(said.Lines[0]));
        Assert.Equal(["whatsapp-sink", "dry.linked.v1", "0", "3", "10", "7"], Cells(said.Lines[1]));
        Assert.Equal("0@10 1@10", await here.QueryAsync(SinkAt));
        Assert.Equal([null, null], await here.CommittedAsync(here.Topics.Linked.Name, "whatsapp-sink"));
        Assert.DoesNotContain("WARN: No action", (await here.RunAsync("replay --stage sink --to-offset 3 --dry-run")).Error);
    }

    [Fact]
    public async Task The_Sink_goes_back_in_Postgres_and_in_Kafka()
    {
        await using var here = await SinkThatHasReadAsync("back");
        var said = await here.RunAsync("replay --group whatsapp-sink --topic back.linked.v1:1 --to-offset 4 --execute");

        Assert.Equal((ExitCode.Ok, ""), (said.Code, said.Error));
        Assert.Equal("0@10 1@4", await here.QueryAsync(SinkAt));
        Assert.Equal([null, 4], await here.CommittedAsync(here.Topics.Linked.Name, "whatsapp-sink"));
    }

    [Fact]
    public async Task What_is_out_of_range_is_set_to_the_nearest_end()
    {
        await using var here = await SinkThatHasReadAsync("range");
        var said = await here.RunAsync("replay --stage sink --to-offset 99 --execute");
        Assert.Contains("New offset (99) is higher than latest offset for topic partition range.linked.v1-0. Value will be set to 10", said.Error);
        Assert.Equal("0@10 1@10", await here.QueryAsync(SinkAt));
        said = await here.RunAsync("replay --stage sink --shift-by -4 --execute");
        Assert.Equal("0@6 1@6", await here.QueryAsync(SinkAt));
        Assert.Equal(ExitCode.Ok, said.Code);
    }

    [Fact]
    public async Task A_time_is_found_where_the_broker_cannot_look_it_up()
    {
        await using var here = await servers.NewAsync("time", partitions: 2);
        here.Write(here.Topics.Raw.Name, 60, partition: 0, from: new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        here.Write(here.Topics.Raw.Name, 60, partition: 1, from: new DateTimeOffset(2026, 3, 1, 7, 0, 0, TimeSpan.Zero));
        var said = await here.RunAsync("replay --stage resolver --to-datetime 2026-03-01T10:00:30.000+02:00 --execute");

        Assert.Contains("Warn: Partition 1 from topic time.raw.v1 is empty. Falling back to latest known offset.", said.Error);
        Assert.Equal([30, 60], await here.CommittedAsync(here.Topics.Raw.Name, "whatsapp-resolver"));
    }

    [Fact]
    public async Task A_plan_is_exported_and_used_again()
    {
        await using var here = await SinkThatHasReadAsync("plan");
        here.Write(here.Topics.Raw.Name, 5);
        await here.RunAsync("replay --stage resolver --to-latest --execute");
        var plan = (await here.RunAsync("replay --stage sink --stage resolver --to-current --export --dry-run")).Output;
        Assert.Equal("whatsapp-sink,plan.linked.v1,0,10\nwhatsapp-sink,plan.linked.v1,1,10\nwhatsapp-resolver,plan.raw.v1,0,5\nwhatsapp-resolver,plan.raw.v1,1,0\n", plan);

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, plan);
        await here.RunAsync("replay --stage sink --stage resolver --to-earliest --execute");
        Assert.Equal("0@0 1@0", await here.QueryAsync(SinkAt));
        var said = await here.RunAsync("replay --execute --from-file", file);
        File.Delete(file);

        Assert.Equal(ExitCode.Ok, said.Code);
        Assert.Equal("0@10 1@10", await here.QueryAsync(SinkAt));
        Assert.Equal([5, 0], await here.CommittedAsync(here.Topics.Raw.Name, "whatsapp-resolver"));
    }

    [Fact]
    public async Task A_file_of_rpk_moves_one_group()
    {
        await using var here = await SinkThatHasReadAsync("rpk");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "rpk.linked.v1 1 7\n");
        Assert.Equal(ExitCode.Ok, (await here.RunAsync("replay --stage sink --execute --from-file", file)).Code);
        File.Delete(file);
        Assert.Equal("0@10 1@7", await here.QueryAsync(SinkAt));
    }

    [Fact]
    public async Task A_group_that_somebody_reads_with_is_refused_and_nothing_is_moved()
    {
        await using var here = await SinkThatHasReadAsync("active");
        await using var member = await GroupMember.JoinAsync(servers.Broker, "whatsapp-sink", here.Topics.Linked.Name);

        var said = await here.RunAsync("replay --stage sink --to-earliest --execute");
        Assert.Equal(ExitCode.Failed, said.Code);
        Assert.Contains("Error: Assignments can only be reset if the group 'whatsapp-sink' is inactive, but the current state is Stable.", said.Error);
        Assert.Equal("0@10 1@10", await here.QueryAsync(SinkAt));
    }

    [Fact]
    public async Task All_topics_of_a_group_are_those_on_which_it_has_offsets()
    {
        await using var here = await servers.NewAsync("all", partitions: 2);
        here.Write(here.Topics.Raw.Name, 5);
        here.Write(here.Topics.Leads.Name, 3);
        Assert.Equal(ExitCode.Ok, (await here.RunAsync("replay --group my-own --topic all.raw.v1 --topic all.leads.v1:0 --to-latest --execute")).Code);
        var said = await here.RunAsync("replay --group my-own --all-topics --to-earliest --export --dry-run");
        Assert.Equal("all.leads.v1,0,0\nall.leads.v1,1,0\nall.raw.v1,0,0\nall.raw.v1,1,0\n", said.Output);
    }

    /// <summary>Ten records on each of two partitions, all stored.</summary>
    private async Task<Operated> SinkThatHasReadAsync(string name)
    {
        var here = await servers.NewAsync(name, partitions: 2);
        here.Write(here.Topics.Linked.Name, 10, partition: 0);
        here.Write(here.Topics.Linked.Name, 10, partition: 1);
        await here.ExecuteAsync($"INSERT INTO sink_offset VALUES ('{here.Topics.Linked.Name}', 0, 10), ('{here.Topics.Linked.Name}', 1, 10)");
        return here;
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
