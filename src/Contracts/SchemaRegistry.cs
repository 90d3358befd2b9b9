using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Google.Protobuf.Reflection;

namespace Pipeline.Contracts;

/// <summary>
/// The few calls of Confluent's Schema Registry that the product needs: register a file with what it imports, and ask for its id.
/// A schema is sent as the base64 text of its serialized descriptor, exactly as Confluent's .NET serializer sends it, so that a
/// schema registered here is found by that serializer and the other way round.
/// </summary>
public sealed class SchemaRegistry : IDisposable
{
    private readonly HttpClient http;

    /// <summary>Connects lazily: nothing is sent before the first call.</summary>
    public SchemaRegistry(SchemaRegistryOptions options) =>
        http = new HttpClient { BaseAddress = new Uri(options.Url.TrimEnd('/') + "/"), Timeout = options.Timeout };

    /// <summary>Registers a file under a subject, and first every file it imports under its own path. Registering again changes nothing.</summary>
    /// <returns>The schema id of the file.</returns>
    /// <exception cref="HttpRequestException">The registry did not answer, or refused the schema as incompatible.</exception>
    public async Task<int> RegisterAsync(string subject, FileDescriptor file, CancellationToken cancellation)
    {
        foreach (var import in ImportsOf(file))
            await RegisterAsync(import.Name, import, cancellation);

        var schema = await DescribeAsync(file, cancellation);
        using var answer = await http.PostAsJsonAsync($"subjects/{Uri.EscapeDataString(subject)}/versions", schema, cancellation);
        await EnsureAcceptedAsync(subject, answer, cancellation);
        return (await ReadAsync(answer, cancellation)).Id;
    }

    /// <summary>The id of a file that has been registered under a subject.</summary>
    /// <exception cref="SchemaNotRegisteredException">It has not been.</exception>
    /// <exception cref="HttpRequestException">The registry did not answer.</exception>
    public async Task<int> IdOfAsync(string subject, FileDescriptor file, CancellationToken cancellation) =>
        (await LookUpAsync(subject, file, cancellation)).Id;

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    // The well-known types are part of every registry and are never referenced.
    private static IEnumerable<FileDescriptor> ImportsOf(FileDescriptor file) =>
        file.Dependencies.Where(import => !import.Name.StartsWith("google/protobuf/", StringComparison.Ordinal));

    private static async Task EnsureAcceptedAsync(string subject, HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode) return;
        var said = await answer.Content.ReadAsStringAsync(cancellation);
        throw new HttpRequestException($"The Schema Registry refused '{subject}' with {(int)answer.StatusCode}: {said}", null, answer.StatusCode);
    }

    private static async Task<Answer> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation) =>
        await answer.Content.ReadFromJsonAsync<Answer>(cancellation)
        ?? throw new HttpRequestException("The Schema Registry answered with an empty body.");

    private async Task<Answer> LookUpAsync(string subject, FileDescriptor file, CancellationToken cancellation)
    {
        var schema = await DescribeAsync(file, cancellation);
        using var answer = await http.PostAsJsonAsync($"subjects/{Uri.EscapeDataString(subject)}", schema, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound) throw new SchemaNotRegisteredException(subject);
        await EnsureAcceptedAsync(subject, answer, cancellation);
        return await ReadAsync(answer, cancellation);
    }

    private async Task<Schema> DescribeAsync(FileDescriptor file, CancellationToken cancellation)
    {
        var references = new List<Reference>();
        foreach (var import in ImportsOf(file))
        {
            var known = await LookUpAsync(import.Name, import, cancellation);
            references.Add(new Reference(import.Name, import.Name, known.Version));
        }
        return new Schema("PROTOBUF", file.SerializedData.ToBase64(), references);
    }

    private sealed record Schema(
        [property: JsonPropertyName("schemaType")] string Type,
        [property: JsonPropertyName("schema")] string Text,
        [property: JsonPropertyName("references")] IReadOnlyList<Reference> References);

    private sealed record Reference(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("subject")] string Subject,
        [property: JsonPropertyName("version")] int Version);

    private sealed record Answer(
        [property: JsonPropertyName("id")] int Id,
        [property: JsonPropertyName("version")] int Version);
}
