using Pipeline.Identity;

namespace Pipeline.Resolver.Tests;

/// <summary>Asking the producer, with everything that can go wrong.</summary>
public sealed class ResolveEndpointTests : IAsyncLifetime
{
    private static readonly LidKey Dana = new(1, LidOf("82399031480511"));

    private readonly MovableClock clock = new();
    private EndpointStub stub = null!;
    private ResolveEndpoint endpoint = null!;

    public async Task InitializeAsync()
    {
        stub = await EndpointStub.StartAsync();
        endpoint = New(stub.Patient());
    }

    public async Task DisposeAsync()
    {
        endpoint.Dispose();
        await stub.DisposeAsync();
    }

    [Fact]
    public async Task A_known_LID_is_answered_with_its_phone()
    {
        stub.Answer = EndpointStub.Phone("+972555550101");
        Assert.Equal("+972555550101", (await endpoint.FindAsync(Dana)).Phone.ToString());
        Assert.Equal("?jid=82399031480511%40lid&tenantId=1", Assert.Single(stub.Asked));
    }

    [Fact]
    public async Task An_unknown_LID_is_an_answer_and_a_failure_is_none()
    {
        Assert.Equal(new EndpointAnswer(true, null), await endpoint.FindAsync(Dana));
        stub.Answer = EndpointStub.Body("", 404);
        Assert.Equal(new EndpointAnswer(true, null), await endpoint.FindAsync(Dana));
        stub.Answer = EndpointStub.Body("", 403);
        Assert.Equal(EndpointAnswer.Failed, await endpoint.FindAsync(Dana));
    }

    [Fact]
    public async Task A_server_that_asks_for_more_patience_than_a_look_up_has_is_left_alone_as_long_as_it_asks()
    {
        stub.Answer = context =>
        {
            context.Response.Headers.RetryAfter = "120";
            return EndpointStub.Body("", 429)(context);
        };
        Assert.Equal(EndpointAnswer.Failed, await endpoint.FindAsync(Dana));
        Assert.True(endpoint.IsBroken);
        Assert.Equal(EndpointAnswer.Failed, await endpoint.FindAsync(Dana));
        Assert.Single(stub.Asked);

        clock.Move(TimeSpan.FromSeconds(121));
        stub.Answer = EndpointStub.Phone("+972555550101");
        Assert.False(endpoint.IsBroken);
        Assert.NotNull((await endpoint.FindAsync(Dana)).Phone);
    }

    [Fact]
    public async Task A_slow_drip_costs_the_time_limit_and_no_more()
    {
        stub.Answer = async context =>
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            foreach (var letter in "{\"phone_e164\":\"+972555550101\"}")
            {
                await context.Response.WriteAsync(letter.ToString(), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await pace.WaitForNextTickAsync(context.RequestAborted);
            }
        };
        using var hasty = New(new ResolverOptions { EndpointUrl = stub.Url, EndpointAttempt = TimeSpan.FromMilliseconds(100), EndpointTotal = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);
        Assert.Equal(EndpointAnswer.Failed, await hasty.FindAsync(Dana).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Questions_for_one_LID_share_one_flight()
    {
        var release = new TaskCompletionSource();
        stub.Answer = async context =>
        {
            await release.Task;
            await EndpointStub.Phone("+972555550101")(context);
        };
        var asked = Enumerable.Range(0, 20).Select(_ => endpoint.FindAsync(Dana)).ToList();
        release.SetResult();
        Assert.All(await Task.WhenAll(asked), answer => Assert.NotNull(answer.Phone));
        Assert.Single(stub.Asked);
    }

    [Fact]
    public async Task A_server_error_is_asked_again_and_then_answered()
    {
        stub.Answer = context =>
        {
            if (stub.Asked.Count > 1) return EndpointStub.Phone("+972555550101")(context);
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        Assert.NotNull((await endpoint.FindAsync(Dana)).Phone);
        Assert.Equal(2, stub.Asked.Count);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{\"phone_e164\":")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"phone_e164\":42}")]
    [InlineData("{\"phone_e164\":\"0501234567\"}")]
    [InlineData("{\"phone_e164\":\"+82399031480511\"}")]
    [InlineData("{\"phone_e164\":\"+972555550101\",\"lid\":\"99999999999999@lid\"}")]
    public async Task Nonsense_is_never_a_phone(string body)
    {
        stub.Answer = EndpointStub.Body(body);
        Assert.Equal(EndpointAnswer.Failed, await endpoint.FindAsync(Dana));
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        stub.Answer = EndpointStub.Body("{\"phone_e164\":\"+972555550101\",\"pad\":\"" + new string('x', 100_000) + "\"}");
        Assert.Equal(EndpointAnswer.Failed, await endpoint.FindAsync(Dana));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        stub.Answer = context =>
        {
            context.Response.Redirect(stub.Url + "/elsewhere");
            return Task.CompletedTask;
        };
        Assert.Equal(EndpointAnswer.Failed, await endpoint.FindAsync(Dana));
        Assert.Single(stub.Asked);
    }

    [Fact]
    public async Task A_server_that_never_answers_costs_the_time_limit_and_no_more()
    {
        stub.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var hasty = New(new ResolverOptions { EndpointUrl = stub.Url, EndpointAttempt = TimeSpan.FromMilliseconds(100), EndpointTotal = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);
        Assert.Equal(EndpointAnswer.Failed, await hasty.FindAsync(Dana).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_server_that_keeps_failing_is_left_alone()
    {
        stub.Answer = EndpointStub.Body("", 503);
        using var hasty = New(new ResolverOptions { EndpointUrl = stub.Url }, TimeProvider.System);
        for (var i = 0; i < 4 && !hasty.IsBroken; i++) await hasty.FindAsync(new LidKey(1, LidOf($"8239903148051{i}")));
        Assert.True(hasty.IsBroken);
        var asked = stub.Asked.Count;
        Assert.Equal(EndpointAnswer.Failed, await hasty.FindAsync(Dana));
        Assert.Equal(asked, stub.Asked.Count);
    }

    [Fact]
    public async Task A_server_that_was_left_alone_is_asked_again_after_half_a_minute_even_if_nobody_else_has_asked()
    {
        stub.Answer = EndpointStub.Body("", 503);
        var time = new LeapingTime();
        using var hasty = New(new ResolverOptions { EndpointUrl = stub.Url }, time);
        for (var i = 0; i < 4 && !hasty.IsBroken; i++) await hasty.FindAsync(new LidKey(1, LidOf($"8239903148051{i}")));
        Assert.True(hasty.IsBroken);

        // Whoever looks after parked LIDs asks nothing while it is broken, so it must not stay so by itself.
        stub.Answer = EndpointStub.Phone("+972555550101");
        time.Leap = TimeSpan.FromSeconds(31);
        Assert.False(hasty.IsBroken);
        Assert.NotNull((await hasty.FindAsync(Dana)).Phone);
        Assert.False(hasty.IsBroken);
    }

    [Fact]
    public async Task Without_an_address_nobody_is_asked()
    {
        using var none = New(new ResolverOptions());
        Assert.Equal(EndpointAnswer.Failed, await none.FindAsync(Dana));
        Assert.False(none.IsConfigured);
    }

    private sealed class LeapingTime : TimeProvider
    {
        public TimeSpan Leap { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Leap;
    }

    internal static Lid LidOf(string digits) => Lid.TryParse(digits, out var lid) ? lid : throw new ArgumentException(digits);

    private ResolveEndpoint New(ResolverOptions options, TimeProvider? time = null) =>
        new(options, new SocketsHttpHandler { AllowAutoRedirect = false }, Meters.Resolver(), time ?? clock);
}
