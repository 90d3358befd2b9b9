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
/// ask WhatsApp for the phone of a LID. So there is one call for an unknown LID, and “unknown” is remembered for a time that grows.
/// The only place in the product that retries on its own; everything about it stands in this file.
/// </summary>
public sealed class ResolveEndpoint : IDisposable
{
    // An honest answer has a few dozen bytes.
    private const int MaxAnswerBytes = 64 * 1024;
    private static readonly TimeSpan[] AskAgainAfter = [TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromHours(24)];

    private readonly HttpClient http;
    private readonly ResolverMetrics metrics;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim places;
    private readonly ResiliencePipeline<PhoneNumber?> pipeline;
    private readonly ConcurrentDictionary<LidKey, Task<PhoneNumber?>> underWay = [];
    private readonly ConcurrentDictionary<LidKey, (DateTimeOffset AskAgainAt, int Times)> unknown = [];

    /// <param name="handler">The transport; redirects must be off.</param>
    public ResolveEndpoint(ResolverOptions options, HttpMessageHandler handler, ResolverMetrics metrics, TimeProvider clock)
    {
        this.metrics = metrics;
        this.clock = clock;
        IsConfigured = options.EndpointUrl.Length > 0;
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
                OnOpened = _ => { IsBroken = true; return default; },
                OnClosed = _ => { IsBroken = false; return default; },
                OnHalfOpened = _ => { IsBroken = false; return default; },
            })
            .AddTimeout(options.EndpointAttempt)
            .Build();
    }

    /// <summary>True when an endpoint is configured.</summary>
    public bool IsConfigured { get; }

    /// <summary>True while the breaker is open: then nothing waits for the endpoint.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>
    /// Asks for the phone of a LID. Null when it is not known, and also when the endpoint failed: the message goes on either way.
    /// Calls for the same LID share one flight; a LID that was unknown a short while ago is not asked for again.
    /// </summary>
    public Task<PhoneNumber?> FindAsync(LidKey key)
    {
        if (!IsConfigured) return Task.FromResult<PhoneNumber?>(null);
        if (unknown.TryGetValue(key, out var asked) && clock.GetUtcNow() < asked.AskAgainAt) return Task.FromResult<PhoneNumber?>(null);

        var flight = new TaskCompletionSource<PhoneNumber?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shared = underWay.GetOrAdd(key, flight.Task);
        if (shared == flight.Task) _ = FlyAsync(key, flight);
        return shared;
    }

    /// <summary>There is new reason to ask for this LID: forget that it was unknown.</summary>
    public void Forget(LidKey key) => unknown.TryRemove(key, out _);

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        places.Dispose();
    }

    private async Task FlyAsync(LidKey key, TaskCompletionSource<PhoneNumber?> flight)
    {
        PhoneNumber? phone = null;
        try
        {
            await places.WaitAsync();
            try
            {
                phone = await pipeline.ExecuteAsync(async token => await AskAsync(key, token));
                metrics.CountEndpoint(phone is null ? "unknown" : "found");
            }
            finally
            {
                places.Release();
            }
            if (phone is null)
                unknown.AddOrUpdate(
                    key,
                    _ => (clock.GetUtcNow() + AskAgainAfter[0], 1),
                    (_, before) => (clock.GetUtcNow() + AskAgainAfter[Math.Min(before.Times, AskAgainAfter.Length - 1)], before.Times + 1));
        }
        catch (BrokenCircuitException)
        {
            metrics.CountEndpoint("breaker_open");
        }
        catch (EndpointFaultException fault)
        {
            metrics.CountEndpoint(fault.Outcome);
        }
        catch (Exception fault) when (fault is TimeoutRejectedException or HttpRequestException or ObjectDisposedException)
        {
            metrics.CountEndpoint(fault is TimeoutRejectedException ? "timeout" : "unreachable");
        }
        finally
        {
            underWay.TryRemove(key, out _);
            flight.TrySetResult(phone);
        }
    }

    private async Task<PhoneNumber?> AskAsync(LidKey key, CancellationToken cancellation)
    {
        // A Lid holds digits and nothing else, so nothing can be smuggled into the address.
        using var answer = await http.GetAsync($"internal/resolve-jid?jid={key.Lid}%40lid&tenantId={key.BusinessId}", HttpCompletionOption.ResponseContentRead, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        if (answer.StatusCode == HttpStatusCode.TooManyRequests || (int)answer.StatusCode >= 500)
            throw new EndpointFaultException("refused", canPass: true, answer.Headers.RetryAfter?.Delta);
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
