using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Streaming;

/// <summary>
/// <c>/health/live</c> (alias <c>/alive</c>): restart me when this fails; knows nothing of dependencies. <c>/health/ready</c> (alias
/// <c>/health</c>): send me work. Answers hold names of checks only, no versions and no hosts.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(2);

    public static void Map(WebApplication app)
    {
        foreach (var path in new[] { "/health/live", "/alive" })
            app.MapGet(path, request => AnswerAsync(request, Live(request.RequestServices)));
        foreach (var path in new[] { "/health/ready", "/health" })
            app.MapGet(path, async request => await AnswerAsync(request, await ReadyAsync(request.RequestServices, request.RequestAborted)));
    }

    private static List<string> Live(IServiceProvider services) =>
        services.GetServices<LoopHealth>().All(loop => loop.IsLive) ? [] : ["poll loop"];

    private static async Task<List<string>> ReadyAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var failing = new List<string>();
        if (services.GetRequiredService<ProcessFailure>().HasFailed) failing.Add("failed");
        if (!services.GetRequiredService<StartUp>().IsDone) failing.Add("start-up");
        else if (!services.GetServices<LoopHealth>().All(loop => loop.IsReady)) failing.Add("assignment");

        foreach (var check in services.GetServices<ReadinessCheck>())
            if (!await PassesAsync(check, services, cancellation))
                failing.Add(check.Name);
        return failing;
    }

    private static async Task<bool> PassesAsync(ReadinessCheck check, IServiceProvider services, CancellationToken cancellation)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(CheckLimit);
            return await check.IsReadyAsync(services, limit.Token).WaitAsync(CheckLimit, cancellation);
        }
#pragma warning disable CA1031 // Whatever a check throws, the answer is the same: not ready.
        catch (Exception)
        {
            return false;
        }
#pragma warning restore CA1031
    }

    private static Task AnswerAsync(HttpContext request, List<string> failing)
    {
        var answer = failing.Count == 0
            ? Results.Json(new { status = "ok" })
            : Results.Json(new { status = "unavailable", failing }, statusCode: StatusCodes.Status503ServiceUnavailable);
        return answer.ExecuteAsync(request);
    }
}
