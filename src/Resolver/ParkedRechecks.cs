using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.Resolver;

/// <summary>
/// Asks the resolve endpoint for parked LIDs whose next question is due: after a time that grows, at once when their session has learned
/// something or has come back. Also measures how many there are. A found phone follows as a <em>mapping learned</em> event.
/// </summary>
public sealed class ParkedRechecks(
    StageLoop<RawEvent> loop,
    ParkedLids parked,
    ResolveEndpoint endpoint,
    EndpointAnswers answers,
    ResolverOptions options,
    ResolverMetrics metrics,
    TimeProvider clock,
    ILogger<ParkedRechecks> log) : BackgroundService
{
    private const int QuestionsAtOnce = 100;

    /// <summary>Asks whatever is due.</summary>
    /// <returns>How many questions were asked.</returns>
    public static async Task<int> AskAsync(IReadOnlyList<int> partitions, ParkedLids parked, ResolveEndpoint endpoint, EndpointAnswers answers, TimeProvider clock, CancellationToken cancellation)
    {
        var asked = 0;
        while (endpoint is { IsConfigured: true, IsBroken: false })
        {
            var due = await parked.ClaimAsync(partitions, clock.GetUtcNow(), QuestionsAtOnce, cancellation);
            await Task.WhenAll(due.Select(one => answers.FollowAsync(one.Key, one.Origin, endpoint.FindAsync(one.Key))));
            asked += due.Count;
            if (due.Count < QuestionsAtOnce) break;
        }
        return asked;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.RecheckEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (loop.Tenure?.Partitions is not { Count: > 0 } partitions)
            {
                // They are somebody else's to count now.
                metrics.SetParked(0, TimeSpan.Zero);
                continue;
            }
            try
            {
                await AskAsync(partitions, parked, endpoint, answers, clock, stoppingToken);
                var (count, oldest) = await parked.MeasureAsync(partitions, stoppingToken);
                metrics.SetParked(count, oldest is { } since ? clock.GetUtcNow() - since : TimeSpan.Zero);
            }
            catch (Exception fault) when (Transient.Is(fault))
            {
                log.RecheckFailed(fault.GetType().Name);
            }
        }
    }
}
