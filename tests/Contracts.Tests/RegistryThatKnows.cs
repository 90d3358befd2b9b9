using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pipeline.Contracts;

namespace Pipeline.Contracts.Tests;

/// <summary>A Schema Registry that knows every schema under one id, and remembers what was registered.</summary>
internal sealed class RegistryThatKnows(int id)
{
    private readonly WebApplication app = Build();

    public bool KnowsNothing { get; set; }

    public List<string> Registered { get; } = [];

    public SchemaRegistryOptions Options { get; } = new();

    public async Task StartAsync()
    {
        app.MapPost("/subjects/{**path}", (string path) =>
        {
            if (path.EndsWith("/versions", StringComparison.Ordinal))
            {
                Registered.Add(Uri.UnescapeDataString(path[..^"/versions".Length]));
                return Results.Json(new { id });
            }
            return KnowsNothing
                ? Results.Json(new { error_code = 40401, message = "Subject not found." }, statusCode: 404)
                : Results.Json(new { subject = Uri.UnescapeDataString(path), id, version = 1, schema = "" });
        });
        await app.StartAsync();
        Options.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public Task StopAsync() => app.StopAsync();

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        return builder.Build();
    }
}
