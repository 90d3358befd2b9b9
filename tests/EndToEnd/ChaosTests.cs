using System.Globalization;
using Pipeline.Servers;

namespace Pipeline.EndToEnd;

/// <summary>
/// Nothing is lost and nothing doubled while copies of services come and go. One minute by default; <c>CHAOS_MINUTES=5</c> for the long run,
/// <c>CHAOS_SEED</c> for another course.
/// </summary>
public sealed class ChaosTests
{
    // What one sending of the sample comes to, see SampleTests.
    private const int Messages = 183;
    private const int Conversations = 36;
    private const int Leads = 33;

    [Fact]
    public async Task Three_copies_of_every_service_that_come_and_go_lose_and_double_nothing()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("CHAOS_MINUTES") ?? "1", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("CHAOS_SEED") ?? "1", CultureInfo.InvariantCulture);
        await using var run = await ChaosRun.StartAsync(seed);

        await run.RunAsync(TimeSpan.FromMinutes(minutes));

        var rows = await run.NumberAsync("SELECT count(*) FROM whatsapp_message");
        var distinct = await run.NumberAsync("SELECT count(DISTINCT event_id) FROM whatsapp_message");
        var (records, repeated) = run.Enriched;
        Assert.Equal(Messages * run.Repetitions, distinct);
        Assert.Equal(distinct, rows);
        Assert.Equal(Conversations * run.Repetitions, await run.NumberAsync("SELECT count(*) FROM whatsapp_conversation WHERE merged_into IS NULL"));
        Assert.Equal(Leads * run.Repetitions, await run.NumberAsync("SELECT count(*) FROM leads WHERE merged_into IS NULL"));
        // How many are repeated follows from how often somebody came or went; a short run is over before that evens out.
        if (minutes >= 5) Assert.InRange((double)repeated / records, 0, 0.05);
        Figures.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"Chaos, seed {seed}, {minutes} min: 3 copies of each service, {run.Done["stopped"]} stopped, {run.Done["killed"]} killed, {run.Done["frozen"]} frozen beyond their session; "
            + $"{rows:N0} messages, 0 lost, 0 doubled; {repeated:N0} of {records:N0} records on enriched repeated ({(double)repeated / records:P2})."));
    }
}
