using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Pipeline.Cli.Embedded;

/// <summary>
/// An in-memory Schema Registry on 127.0.0.1 with the calls of Confluent's that clients use: register, look up, by number, by version.
/// Answers and error codes are Confluent's (“Schema Registry API Reference”), so that any client works with it.
/// It does not check whether a new schema is compatible with the ones before it.
/// </summary>
internal sealed class EmbeddedRegistry : IAsyncDisposable
{
    private const string MediaType = "application/vnd.schemaregistry.v1+json";
    private const long LargestBody = 16 * 1024 * 1024;
    private readonly WebApplication app;
    private readonly SchemaStore store = new();

    private EmbeddedRegistry(WebApplication app)
    {
        this.app = app;
        app.MapGet("/subjects", () => Answer(200, store.Subjects));
        app.MapPost("/subjects/{subject}/versions", RegisterAsync);
        app.MapPost("/subjects/{subject}", LookUpAsync);
        app.MapGet("/subjects/{subject}/versions/{version}", ByVersion);
        app.MapGet("/schemas/ids/{id}", ById);
        app.MapFallback(() => Error(404, 404, "HTTP 404 Not Found"));
    }

    /// <summary>Base address.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Starts the registry.</summary>
    /// <param name="port">TCP port; 0 for a free one.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<EmbeddedRegistry> StartAsync(int port, CancellationToken cancellation)
    {
        // The folder of the program, not the user's current one: settings files that lie about there are none of our business.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = LargestBody);

        var registry = new EmbeddedRegistry(builder.Build());
        await registry.app.StartAsync(cancellation);
        registry.Url = registry.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return registry;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var noPatience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(noPatience.Token);
        await app.DisposeAsync();
    }

    private static IResult Answer(int status, object body) => Microsoft.AspNetCore.Http.Results.Json(body, contentType: MediaType, statusCode: status);

    private static IResult Error(int status, int code, string message) => Answer(status, new { error_code = code, message });

    private static IResult UnknownSubject(string subject) => Error(404, 40401, $"Subject '{subject}' not found.");

    // Subjects of imported files are paths; the server leaves the escaped slash in a path segment as it is.
    private static string Unescaped(string subject) => subject.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static object Describe(SchemaStore.Registered found) => new
    {
        subject = found.Subject,
        version = found.Version,
        id = found.Id,
        schemaType = found.Schema.SchemaType,
        references = Describe(found.Schema.References),
        schema = found.Schema.Text,
    };

    private static IEnumerable<object> Describe(IEnumerable<SchemaStore.Reference> references) =>
        references.Select(reference => new { name = reference.Name, subject = reference.Subject, version = reference.Version });

    private static async Task<SchemaStore.Schema?> ReadAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            var root = body.RootElement;
            if (root.GetProperty("schema").GetString() is not { Length: > 0 } text) return null;

            var references = new List<SchemaStore.Reference>();
            if (root.TryGetProperty("references", out var given) && given.ValueKind == JsonValueKind.Array)
            {
                foreach (var reference in given.EnumerateArray())
                    references.Add(new(reference.GetProperty("name").GetString()!, reference.GetProperty("subject").GetString()!, reference.GetProperty("version").GetInt32()));
            }
            var type = root.TryGetProperty("schemaType", out var named) ? named.GetString() : null;
            return new SchemaStore.Schema(type ?? "AVRO", text, references);
        }
        catch (Exception bad) when (bad is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private async Task<IResult> RegisterAsync(string subject, HttpRequest request)
    {
        subject = Unescaped(subject);
        if (await ReadAsync(request) is not { } schema) return Error(422, 42201, "Either the input schema or one its references is invalid");
        try
        {
            return Answer(200, new { id = store.Register(subject, schema).Id });
        }
        catch (KeyNotFoundException missing)
        {
            return Error(422, 42201, $"Invalid schema: {missing.Message}");
        }
    }

    private async Task<IResult> LookUpAsync(string subject, HttpRequest request)
    {
        subject = Unescaped(subject);
        if (await ReadAsync(request) is not { } schema) return Error(422, 42201, "Either the input schema or one its references is invalid");
        if (store.Find(subject, schema) is { } found) return Answer(200, Describe(found));
        return store.Knows(subject) ? Error(404, 40403, "Schema not found") : UnknownSubject(subject);
    }

    private IResult ByVersion(string subject, string version)
    {
        subject = Unescaped(subject);
        var latest = version is "latest" or "-1";
        var number = 0;
        if (!latest && (!int.TryParse(version, out number) || number < 1))
            return Error(422, 42202, $"The specified version '{version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"");
        if (!store.Knows(subject)) return UnknownSubject(subject);
        return store.Find(subject, latest ? null : number) is { } found ? Answer(200, Describe(found)) : Error(404, 40402, $"Version {version} not found.");
    }

    private IResult ById(string id) =>
        int.TryParse(id, out var number) && store.Find(number) is { } schema
            ? Answer(200, new { schemaType = schema.SchemaType, schema = schema.Text, references = Describe(schema.References) })
            : Error(404, 40403, $"Schema {id} not found");
}
