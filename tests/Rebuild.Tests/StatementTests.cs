using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Cli.Leads;
using Pipeline.Cli.Rebuilding;
using Pipeline.Cli.Unmerging;
using Pipeline.Identity;

namespace Pipeline.Rebuild.Tests;

/// <summary>What does not stand in a message: answers of the endpoint, leads of a CRM, an operator's denials. A rebuild comes to the same with all of them.</summary>
[Collection(RebuildCollection.Name)]
public sealed class StatementTests(RebuildServers servers)
{
    [Fact]
    public async Task What_the_endpoint_said_weighs_in_a_rebuild_what_it_weighed_then()
    {
        var asked = 0;
        await using var endpoint = await StartEndpointAsync(context =>
        {
            Interlocked.Increment(ref asked);
            return context.Request.Query["jid"] != Lines.NoaLid ? NotFound(context) : context.Response.WriteAsJsonAsync(new { phone_e164 = "+972555550102", source = "mapping" });
        });
        await using var live = await Installation.StartAsync(servers, settings: ("Resolver:EndpointUrl", AddressOf(endpoint)));
        await live.SendAsync([.. Lines.Traffic, Lines.Message("N1", Lines.Noa, 7)]);
        await UntilAsync(live, "SELECT count(*) FROM whatsapp.lid_mappings WHERE source = 'endpoint'", "1");
        await live.DrainAsync();
        Assert.Equal(["A1 A2 A3", "B1 N1", "C1", "G1"], await live.ConversationsAsync());

        // A contact list that came later says otherwise; it stands, then and now.
        await live.SendAsync(Lines.Event("contacts.upsert", $$"""[{"id":"972555550103@s.whatsapp.net","lid":"{{Lines.NoaLid}}"}]"""));
        Assert.Equal(["+972555550103"], await live.RowsAsync("SELECT phone_e164 FROM whatsapp.lid_mappings WHERE lid = '57102938465720'"));
        var askedLive = asked;

        Assert.True(await live.RebuildAsync() == 0, live.Said);
        Assert.True(await live.DiffAsync() == 0, live.Said);
        Assert.Equal(askedLive, asked);
        Assert.Equal(
            await live.RowsAsync("SELECT lid, phone_e164, source, last_seen FROM whatsapp.lid_mapping_history"),
            await live.RowsAsync("SELECT lid, phone_e164, source, last_seen FROM whatsapp_next.lid_mapping_history"));
    }

    [Fact]
    public async Task A_rebuild_that_may_ask_learns_what_the_live_tables_never_knew()
    {
        await using var endpoint = await StartEndpointAsync(context => context.Request.Query["jid"] == Lines.NoaLid
            ? context.Response.WriteAsJsonAsync(new { phone_e164 = "+972555550102", source = "mapping" })
            : NotFound(context));
        await using var live = await Installation.StartAsync(servers);
        await live.SendAsync([.. Lines.Traffic, Lines.Message("N1", Lines.Noa, 7)]);
        Assert.Equal(["A1 A2 A3", "B1", "C1", "G1", "N1"], await live.ConversationsAsync());

        // It waits for the answer, however slow the machine is.
        var settings = new Dictionary<string, string> { ["Resolver:EndpointUrl"] = AddressOf(endpoint), ["Resolver:EndpointWait"] = "00:00:10" };
        Assert.True(await live.RebuildAsync(new RebuildRun.Request("next", Follow: false, AskEndpoint: true, From: null, WithoutWhatIsGone: false, settings)) == 0, live.Said);

        Assert.Equal(["A1 A2 A3", "B1 N1", "C1", "G1"], await live.ConversationsAsync("whatsapp_next"));
        Assert.Equal(["endpoint"], await live.RowsAsync("SELECT source FROM whatsapp_next.lid_mappings WHERE lid = '57102938465720'"));
        Assert.Equal(1, await live.DiffAsync());
    }

    [Fact]
    public async Task Leads_of_a_CRM_and_denials_of_an_operator_are_made_again()
    {
        await using var live = await Installation.StartAsync(servers);
        await live.SendAsync([.. Lines.Traffic, Lines.Message("N1", Lines.Noa, 7), Lines.Mapping(Lines.NoaLid, Lines.Noa)]);
        Assert.Equal(["A1 A2 A3", "B1 N1", "C1", "G1"], await live.ConversationsAsync());

        var lead = new LeadLine { Business = 1, ExternalId = "crm-17", Phone = "+972555550101", Name = "Dana of the CRM" };
        Assert.True(await live.CommandAsync((terminal, tools) => new LeadsRun(terminal, TimeProvider.System).UpsertAsync([(1, () => lead)], TimeSpan.FromSeconds(60), tools, default)) == 0, live.Said);
        Assert.True(Lid.TryParse(Lines.NoaLid, out var lid));
        var denial = new UnmergeRun.Request(1, new Ruling(lid, PhoneNumber.FromE164("+972555550102")!.Value, true), null, null, true, false, TimeSpan.FromSeconds(60));
        Assert.True(await live.CommandAsync((terminal, tools) => new UnmergeRun(terminal, TimeProvider.System).RunAsync(denial, tools, default)) == 0, live.Said);
        await live.SendAsync(Lines.Message("B2", Lines.NoaLid, 8, alternate: Lines.Noa), Lines.Message("N2", Lines.Noa, 9));
        Assert.Equal(["A1 A2 A3", "B1 B2", "C1", "G1", "N1 N2"], await live.ConversationsAsync());

        Assert.True(await live.RebuildAsync() == 0, live.Said);
        Assert.True(await live.DiffAsync() == 0, live.Said);
        Assert.Equal(["Dana of the CRM"], await live.RowsAsync("SELECT display_name FROM whatsapp_next.conversation_list WHERE business_id = 1 AND phone_e164 = '+972555550101'"));
    }

    private static async Task UntilAsync(Installation live, string sql, string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((await live.RowsAsync(sql))[0] != expected) await pace.WaitForNextTickAsync(limit.Token);
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static string AddressOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    private static async Task<WebApplication> StartEndpointAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/internal/resolve-jid", answer);
        await app.StartAsync();
        return app;
    }
}
