using Pipeline.Servers;

namespace Pipeline.EndToEnd;

/// <summary>
/// A Sink that dies at any moment around its commit loses nothing and doubles nothing, and Kafka never shows a position whose rows are not
/// stored. The moments are held open from outside, by locks in Postgres and refusals of the broker, so the Sink is the one that is shipped.
/// </summary>
public sealed class SinkKillTests
{
    private const int Rigs = 5;
    private const int KillsPerPoint = 20;

    [Fact]
    public async Task Killing_the_Sink_at_every_point_around_its_commit_loses_and_doubles_nothing()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var rigs = await Task.WhenAll(Enumerable.Range(0, Rigs).Select(_ => SinkRig.StartAsync(postgres)));
        try
        {
            await Task.WhenAll(rigs.Select(KillAsync));
            var results = await Task.WhenAll(rigs.Select(rig => rig.CompareAsync()));

            Assert.All(results, result => Assert.Equal((0, 0, 0), result));
            Assert.All(rigs, rig => Assert.Equal(0, rig.Violations));
            Assert.All(rigs, rig => Assert.InRange(rig.Samples, 40, int.MaxValue));
            Figures.Say(
                $"The Sink killed by SIGKILL {KillsPerPoint} times before its data, {KillsPerPoint} times after (half of them committed by Postgres all the same) and {KillsPerPoint} times before the mirror: "
                + $"{rigs.Sum(rig => rig.Written)} messages, {results.Sum(result => result.Lost)} lost, {results.Sum(result => result.Doubled)} doubled; "
                + $"Kafka's positions ahead of the stored ones in {rigs.Sum(rig => rig.Violations)} of {rigs.Sum(rig => rig.Samples)} samples.");
        }
        finally
        {
            foreach (var rig in rigs) await rig.DisposeAsync();
        }
    }

    private static async Task KillAsync(SinkRig rig)
    {
        for (var round = 0; round < KillsPerPoint / Rigs; round++)
        {
            var stored = round % 2 == 0;
            foreach (var killAsync in (Func<Task>[])[rig.KillBeforeDataAsync, () => rig.KillAfterDataAsync(stored), rig.KillBeforeMirrorAsync])
            {
                await killAsync();
                rig.Start();
                await rig.CaughtUpAsync();
            }
        }
    }
}
