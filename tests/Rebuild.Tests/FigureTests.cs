using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Cli.Sending;
using Pipeline.Servers;

namespace Pipeline.Rebuild.Tests;

/// <summary>
/// Many events: the same rules come to the same, and one changed rule to exactly what it is about. 20 000 by default,
/// <c>PIPELINE_REBUILT_EVENTS=200000</c> for the figure.
/// </summary>
[Collection(RebuildCollection.Name)]
public sealed class FigureTests(RebuildServers servers)
{
    private static readonly int Events = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_REBUILT_EVENTS") ?? "20000", CultureInfo.InvariantCulture);

    // So many that everybody has some sixteen messages.
    private static readonly int Businesses = Math.Max(1, Events * 480 / 200_000);
    private const int PeopleOfBusiness = 25;
    // Of every 13th business, one person is known by LID and by phone, and nothing but a quote says that these are one.
    private const int QuotedIn = 13;

    private static readonly string[] OfConversations = ["merged", "split", "phone", "name", "lead", "counts", "missing", "extra", "copies", "state", "updates"];

    [Fact]
    public async Task Many_events_are_rebuilt_without_a_difference_and_one_changed_rule_shows_exactly_where_it_matters()
    {
        // The in-process broker keeps 5 MB of a partition, and raw has to be there from its first record.
        await using var live = await Installation.StartAsync(servers, partitions: 96);
        var stored = Stopwatch.StartNew();
        Assert.Equal(Events, (await live.SendAsync(Traffic().ToAsyncEnumerable())).Events);
        await live.DrainAsync();
        stored.Stop();

        var same = Stopwatch.StartNew();
        Assert.True(await live.RebuildAsync("same") == 0, live.Said);
        same.Stop();
        var diff = Stopwatch.StartNew();
        Assert.True(await live.DiffAsync("same") == 0, live.Said);
        diff.Stop();
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"No difference: {Events:N0} messages"), live.Said, StringComparison.Ordinal);

        Assert.True(await live.RebuildAsync("trust", ("Resolver:QuotedAuthor", "trust")) == 0, live.Said);
        Assert.Equal(1, await live.DiffAsync("trust", json: true, examples: 1_000_000));
        var named = Named(live.Said);
        var affected = (await live.RowsAsync("""
            SELECT DISTINCT c.canonical_key FROM whatsapp.whatsapp_message m JOIN whatsapp.whatsapp_conversation c ON c.id = m.conversation_id WHERE m.message_id LIKE 'Q%'
            """)).ToHashSet();
        var quoted = (Businesses + QuotedIn - 1) / QuotedIn;
        Assert.Equal(2 * quoted, affected.Count);
        Assert.Equal(affected.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));

        Figures.Say(string.Create(CultureInfo.InvariantCulture,
            $"side-by-side rebuild of {Events:N0} events: {same.Elapsed.TotalSeconds:0.0} s (live, with sending, {stored.Elapsed.TotalSeconds:0.0} s), diff empty in {diff.Elapsed.TotalSeconds:0.0} s; with quoted authors trusted, diff names {named.Count} of {affected.Count} affected conversations and no other"));
    }

    private static HashSet<string> Named(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("businesses").EnumerateArray()
            .SelectMany(business => business.GetProperty("differences").EnumerateArray())
            .Where(difference => OfConversations.Contains(difference.GetProperty("what").GetString()))
            .SelectMany(difference => difference.GetProperty("examples").EnumerateArray())
            .Select(example => example.GetProperty("live").GetString()!)
            .SelectMany(keys => keys.Split(" + "))];
    }

    private static IEnumerable<(InputLine? Line, RefusedLine? Refused)> Traffic()
    {
        for (var number = 0; number < Events; number++)
        {
            var business = 1 + (number % Businesses);
            var turn = number / Businesses;
            var person = turn % PeopleOfBusiness;
            var nth = turn / PeopleOfBusiness;
            var phone = string.Create(CultureInfo.InvariantCulture, $"97255{(business * 100) + person:D7}@s.whatsapp.net");
            var lid = string.Create(CultureInfo.InvariantCulture, $"{100_000_000_000_000 + (business * 1_000_000_000L) + (person * 7919)}@lid");
            var id = string.Create(CultureInfo.InvariantCulture, $"{(business % QuotedIn == 1 && person == 0 ? 'Q' : 'M')}{number}");
            var line = (business % QuotedIn == 1 && person == 0, person % 2, nth) switch
            {
                (true, _, 3) => Lines.Quote(id, lid, number, phone, business),
                (true, _, _) => Lines.Message(id, nth % 2 == 0 ? phone : lid, number, business: business),
                // Half of the people are known by LID at first; their phone is told with one of their messages.
                (_, 1, 8) => Lines.Message(id, lid, number, alternate: phone, name: $"Person {person}", business: business),
                (_, 1, < 8) => Lines.Message(id, lid, number, business: business),
                (_, 1, _) => Lines.Message(id, nth % 3 == 0 ? phone : lid, number, business: business),
                _ => Lines.Message(id, phone, number, name: $"Person {person}", business: business),
            };
            yield return (new InputLine(number + 1, business, "baileys", Encoding.UTF8.GetBytes(line)), null);
        }
    }
}
