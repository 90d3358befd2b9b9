using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Pipeline.Resolver.Tests;

/// <summary>A producer's resolve endpoint that answers as it is told.</summary>
internal sealed class EndpointStub : IAsyncDisposable
{
    private readonly WebApplication app;

    private EndpointStub(WebApplication app) => this.app = app;

    public string Url { get; private set; } = "";

    public ConcurrentQueue<string> Asked { get; } = [];

    public Func<HttpContext, Task> Answer { get; set; } = Phone(null);

    /// <summary>Patient settings, so that a busy machine is not taken for a slow server and asked twice.</summary>
    public ResolverOptions Patient() => new()
    {
        EndpointUrl = Url,
        EndpointAttempt = TimeSpan.FromSeconds(20),
        EndpointTotal = TimeSpan.FromSeconds(40),
        EndpointWait = TimeSpan.FromSeconds(5),
    };

    public static async Task<EndpointStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var stub = new EndpointStub(builder.Build());
        stub.app.MapGet("/internal/resolve-jid", (HttpContext context) =>
        {
            stub.Asked.Enqueue(context.Request.QueryString.Value!);
            return stub.Answer(context);
        });
        await stub.app.StartAsync();
        stub.Url = stub.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return stub;
    }

    public static Func<HttpContext, Task> Phone(string? e164) => context =>
        context.Response.WriteAsJsonAsync(new { phone_e164 = e164, source = e164 is null ? "unresolvable" : "mapping" });

    public static Func<HttpContext, Task> Body(string body, int status = 200) => context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    };

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
