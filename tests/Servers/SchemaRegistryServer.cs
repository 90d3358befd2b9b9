using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Servers;

/// <summary>A Schema Registry on a free loopback port that knows every schema, all under one id, and remembers what was registered.</summary>
public sealed class SchemaRegistryServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private SchemaRegistryServer(WebApplication app) => this.app = app;

    /// <summary>Its base address.</summary>
    public string Url { get; private set; } = "";

    /// <summary>When set, it answers that it has never heard of any schema.</summary>
    public bool KnowsNothing { get; set; }

    /// <summary>The subjects that were registered, in order.</summary>
    public IList<string> Registered { get; } = [];

    /// <summary>Starts it.</summary>
    /// <param name="id">The schema id of everything.</param>
    public static async Task<SchemaRegistryServer> StartAsync(int id)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new SchemaRegistryServer(builder.Build());
        server.app.MapPost("/subjects/{**path}", (string path) => server.Answer(path, id));
        await server.app.StartAsync();
        server.Url = server.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private IResult Answer(string path, int id)
    {
        if (path.EndsWith("/versions", StringComparison.Ordinal))
        {
            Registered.Add(Uri.UnescapeDataString(path[..^"/versions".Length]));
            return Results.Json(new { id });
        }
        return KnowsNothing
            ? Results.Json(new { error_code = 40401, message = "Subject not found." }, statusCode: 404)
            : Results.Json(new { subject = Uri.UnescapeDataString(path), id, version = 1, schema = "" });
    }
}
