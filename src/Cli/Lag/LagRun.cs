using System.Globalization;
using Pipeline.Cli.Operations;
using Spectre.Console;

namespace Pipeline.Cli.Lag;

/// <summary>Tells how far the groups have come: once, or again and again.</summary>
internal sealed class LagRun(Terminal terminal, TimeProvider clock)
{
    /// <summary>What to tell.</summary>
    /// <param name="Groups">Only these; none means all of the product's.</param>
    /// <param name="Every">How often; null for once.</param>
    /// <param name="Json">Whether to tell it as JSON.</param>
    /// <param name="MaxLag">The most records that a group may be behind.</param>
    public sealed record Request(IReadOnlyList<string> Groups, TimeSpan? Every, bool Json, long? MaxLag);

    /// <summary>Tells it.</summary>
    /// <returns>The exit code: 1 when a group is further behind than it may be.</returns>
    /// <exception cref="PipelineException">Kafka does not answer, or there is no such group.</exception>
    public async Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken cancellation)
    {
        using var questions = new LagQuestions(tools.Kafka, Chosen(request.Groups, tools), clock);
        if (request.Every is not { } every) return await TellAsync(request, questions, SayLines, cancellation) ? ExitCode.Ok : ExitCode.Failed;
        if (!terminal.Live || request.Json) return await WatchAsync(request, questions, every, SayTimed, cancellation);
        return await terminal.Canvas.Live(LagText.Table([])).StartAsync(context => WatchAsync(
            request, questions, every,
            lags =>
            {
                context.UpdateTarget(LagText.Table(lags));
                context.Refresh();
            },
            cancellation));
    }

    private static IEnumerable<(string Group, string Topic)> Chosen(IReadOnlyList<string> groups, OperatingTools tools)
    {
        var all = LagQuestions.ReadersOf(tools.Topics);
        if (groups.FirstOrDefault(group => all.All(reader => reader.Group != group)) is { } unknown)
            throw new PipelineException($"'{unknown}' is no group of the pipeline.", $"They are {string.Join(", ", all.Select(reader => reader.Group))}.", ExitCode.Usage);
        return groups.Count == 0 ? all : all.Where(reader => groups.Contains(reader.Group));
    }

    private async Task<int> WatchAsync(Request request, LagQuestions questions, TimeSpan every, Action<IReadOnlyList<GroupLag>> show, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(every, clock);
        do
        {
            if (!await TellAsync(request, questions, show, cancellation)) return ExitCode.Failed;
        }
        while (await timer.WaitForNextTickAsync(cancellation));
        return ExitCode.Ok;
    }

    /// <returns>False when a group is too far behind.</returns>
    private async Task<bool> TellAsync(Request request, LagQuestions questions, Action<IReadOnlyList<GroupLag>> show, CancellationToken cancellation)
    {
        var lags = await questions.AskAsync(cancellation);
        if (lags.Count == 0) throw new PipelineException("Kafka knows none of the topics.", "Does --prefix (Topics__Prefix) name them? ./pipeline topics create makes them.");
        if (request.Json) terminal.Say(LagText.JsonLine(lags, clock.GetUtcNow()));
        else show(lags);

        if (request.MaxLag is not { } most) return true;
        var late = lags.GroupBy(lag => lag.Group).Select(group => (Group: group.Key, Unread: group.Sum(lag => lag.Lag))).Where(group => group.Unread > most).ToList();
        foreach (var (group, unread) in late) terminal.Complain(string.Create(CultureInfo.InvariantCulture, $"pipeline: {group} is {unread} records behind, more than {most}."));
        return late.Count == 0;
    }

    private void SayLines(IReadOnlyList<GroupLag> lags)
    {
        foreach (var line in LagText.Lines(lags)) terminal.Say(line);
    }

    private void SayTimed(IReadOnlyList<GroupLag> lags)
    {
        terminal.Say(clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        SayLines(lags);
        terminal.Say();
    }
}
