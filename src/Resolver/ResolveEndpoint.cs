using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Pipeline.Identity;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Pipeline.Resolver;

/// <summary>
/// The producer's <c>GET /internal/resolve-jid?jid={lid}@lid&amp;tenantId={business}</c>. It can only tell what that session has learned: nobody can
/// ask WhatsApp for the phone of a LID. So there is one call for an unknown LID; when it is asked again is decided where the parked ones are kept.
/// The only place in the product that retries on its own; everything about it stands in this file.
/// </summary>
public sealed class ResolveEndpoint : IDisposable
{
    // An honest answer has a few dozen bytes.
    private const int MaxAnswerBytes = 64 * 1024;

    // A server that asks to be left alone for longer is asked again after this all the same.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(10);

    private readonly HttpClient http;
    private readonly ResolverMetrics metrics;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim places;
    private readonly ResiliencePipeline<PhoneNumber?> pipeline;
    private readonly ConcurrentDictionary<LidKey, Task<EndpointAnswer>> underWay = [];
    private readonly TimeSpan total;
    private long silentUntil;
    // In ticks; 0 while the breaker is closed. Past it, the next question is let through to see how the endpoint is.
    private long openUntil;

    /// <param name="handler">The transport; redirects must be off.</param>
    public ResolveEndpoint(ResolverOptions options, HttpMessageHandler handler, ResolverMetrics metrics, TimeProvider clock)
    {
        this.metrics = metrics;
        this.clock = clock;
        IsConfigured = options.EndpointUrl.Length > 0;
        total = options.EndpointTotal;
        places = new SemaphoreSlim(options.EndpointConcurrency);
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
        if (IsConfigured) http.BaseAddress = new Uri(options.EndpointUrl.TrimEnd('/') + "/");

        pipeline = new ResiliencePipelineBuilder<PhoneNumber?> { TimeProvider = clock }
            .AddTimeout(options.EndpointTotal)
            .AddRetry(new RetryStrategyOptions<PhoneNumber?>
            {
                MaxRetryAttempts = 3,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(100),
                ShouldHandle = new PredicateBuilder<PhoneNumber?>().Handle<EndpointFaultException>(fault => fault.CanPass).Handle<TimeoutRejectedException>().Handle<HttpRequestException>(),
                DelayGenerator = attempt => ValueTask.FromResult((attempt.Outcome.Exception as EndpointFaultException)?.RetryAfter),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<PhoneNumber?>
            {
                FailureRatio = 0.5,
                MinimumThroughput = 5,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(30),
                ShouldHandle = new PredicateBuilder<PhoneNumber?>().Handle<EndpointFaultException>().Handle<TimeoutRejectedException>().Handle<HttpRequestException>(),
                OnOpened = opened => SetOpenUntil(clock.GetUtcNow() + opened.BreakDuration),
                OnClosed = _ => SetOpenUntil(DateTimeOffset.MinValue),
                OnHalfOpened = _ => SetOpenUntil(DateTimeOffset.MinValue),
            })
            .AddTimeout(options.EndpointAttempt)
            .Build();
        if (IsConfigured) metrics.ShowBreaker("resolve_endpoint", () => IsBroken);
    }

    /// <summary>True when an endpoint is configured.</summary>
    public bool IsConfigured { get; }

    /// <summary>
    /// True while the breaker lets nothing through, or the server has asked to be left alone: then nothing waits for the endpoint. Not any
    /// longer than that: without a question the breaker would never find out that the endpoint is back.
    /// </summary>
    public bool IsBroken => clock.GetUtcNow().UtcTicks < Interlocked.Read(ref openUntil) || IsSilenced;

    private bool IsSilenced => clock.GetUtcNow().UtcTicks < Interlocked.Read(ref silentUntil);

    /// <summary>Asks for the phone of a LID. Never fails. Calls for the same LID share one flight.</summary>
    public Task<EndpointAnswer> FindAsync(LidKey key)
    {
        if (!IsConfigured) return Task.FromResult(EndpointAnswer.Failed);

        var flight = new TaskCompletionSource<EndpointAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shared = underWay.GetOrAdd(key, flight.Task);
        if (shared == flight.Task) _ = FlyAsync(key, flight);
        return shared;
    }

    /// <summary>The question that is under way for this LID, or null.</summary>
    public Task<EndpointAnswer>? UnderWay(LidKey key) => underWay.GetValueOrDefault(key);

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        places.Dispose();
    }

    private ValueTask SetOpenUntil(DateTimeOffset until)
    {
        Interlocked.Exchange(ref openUntil, until.UtcTicks);
        return default;
    }

    private async Task FlyAsync(LidKey key, TaskCompletionSource<EndpointAnswer> flight)
    {
        var answer = EndpointAnswer.Failed;
        try
        {
            await places.WaitAsync();
            try
            {
                if (IsSilenced)
                {
                    metrics.CountEndpoint("told_to_wait");
                }
                else
                {
                    answer = new EndpointAnswer(true, await pipeline.ExecuteAsync(async token => await AskAsync(key, token)));
                    metrics.CountEndpoint(answer.Phone is null ? "unknown" : "found");
                }
            }
            finally
            {
                places.Release();
            }
        }
        catch (BrokenCircuitException)
        {
            metrics.CountEndpoint("breaker_open");
        }
        catch (EndpointFaultException fault)
        {
            metrics.CountEndpoint(fault.Outcome);
            KeepSilent(fault.RetryAfter);
        }
        catch (Exception fault) when (fault is TimeoutRejectedException or HttpRequestException or ObjectDisposedException)
        {
            metrics.CountEndpoint(fault is TimeoutRejectedException ? "timeout" : "unreachable");
        }
        finally
        {
            underWay.TryRemove(key, out _);
            flight.TrySetResult(answer);
        }
    }

    // Longer than one look-up may take: then no other look-up begins before the server wants one either.
    private void KeepSilent(TimeSpan? retryAfter)
    {
        if (retryAfter is not { } asked || asked <= total) return;
        var until = clock.GetUtcNow() + (asked < LongestSilence ? asked : LongestSilence);
        Interlocked.Exchange(ref silentUntil, until.UtcTicks);
    }

    private async Task<PhoneNumber?> AskAsync(LidKey key, CancellationToken cancellation)
    {
        // A Lid holds digits and nothing else, so nothing can be smuggled into the address.
        using var answer = await http.GetAsync($"internal/resolve-jid?jid={key.Lid}%40lid&tenantId={key.BusinessId}", HttpCompletionOption.ResponseContentRead, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        if (answer.StatusCode == HttpStatusCode.TooManyRequests || (int)answer.StatusCode >= 500)
        {
            var wait = answer.Headers.RetryAfter;
            var retryAfter = wait?.Delta ?? (wait?.Date - clock.GetUtcNow());
            // What is longer than a look-up may take is no reason to hold one of the places all that time.
            throw new EndpointFaultException("refused", canPass: retryAfter is null || retryAfter <= total, retryAfter);
        }

        if (answer.StatusCode != HttpStatusCode.OK) throw new EndpointFaultException("refused", canPass: false);
        return Check(key, await answer.Content.ReadAsByteArrayAsync(cancellation));
    }

    private static PhoneNumber? Check(LidKey key, byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("phone_e164", out var stated)) throw new EndpointFaultException("garbage", canPass: false);
            // Where the answer repeats the question it must be the question that was asked.
            if (root.TryGetProperty("lid", out var echo) && echo.ValueKind == JsonValueKind.String && !(Lid.TryParse(echo.GetString(), out var lid) && lid == key.Lid))
                throw new EndpointFaultException("wrong_echo", canPass: false);
            if (stated.ValueKind == JsonValueKind.Null) return null;
            if (stated.ValueKind != JsonValueKind.String || PhoneNumber.FromE164(stated.GetString()) is not { } phone) throw new EndpointFaultException("garbage", canPass: false);
            if (phone.Digits == key.Lid.Digits) throw new EndpointFaultException("lid_as_phone", canPass: false);
            return phone;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw new EndpointFaultException("garbage", canPass: false);
        }
    }

    private sealed class EndpointFaultException(string outcome, bool canPass, TimeSpan? retryAfter = null) : Exception(outcome)
    {
        public string Outcome { get; } = outcome;
        public bool CanPass { get; } = canPass;
        public TimeSpan? RetryAfter { get; } = retryAfter;
    }
}
