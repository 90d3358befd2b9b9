using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Cli.Embedded;
using Pipeline.Contracts;

namespace Pipeline.Cli.Tests;

public sealed class EmbeddedRegistryTests : IAsyncLifetime
{
    private readonly HttpClient http = new();
    private EmbeddedRegistry registry = null!;
    private SchemaRegistry client = null!;

    public async Task InitializeAsync()
    {
        registry = await EmbeddedRegistry.StartAsync(0, default);
        client = new SchemaRegistry(new SchemaRegistryOptions { Url = registry.Url, Timeout = TimeSpan.FromSeconds(30) });
        http.BaseAddress = new Uri(registry.Url);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        http.Dispose();
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task What_was_registered_is_found_under_the_same_id()
    {
        foreach (var topic in new Topics().All)
            Assert.Equal(await client.RegisterAsync(topic.Subject, topic.Value.File, default), await client.IdOfAsync(topic.Subject, topic.Value.File, default));
    }

    [Fact]
    public async Task Registering_again_changes_nothing()
    {
        var first = await client.RegisterAsync("a-value", RawEvent.Descriptor.File, default);
        Assert.Equal(first, await client.RegisterAsync("a-value", RawEvent.Descriptor.File, default));
        Assert.Equal(1, (await GetAsync("subjects/a-value/versions/latest")).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task One_schema_has_one_id_under_all_subjects() =>
        Assert.Equal(await client.RegisterAsync("a-value", RawEvent.Descriptor.File, default), await client.RegisterAsync("b-value", RawEvent.Descriptor.File, default));

    [Fact]
    public async Task A_codec_can_be_made_once_its_schema_is_registered()
    {
        var topics = new Topics();
        var options = new SchemaRegistryOptions { Url = registry.Url, Timeout = TimeSpan.FromSeconds(30) };
        await Assert.ThrowsAsync<SchemaNotRegisteredException>(() => RecordCodec<EnrichedEvent>.CreateAsync(topics.Enriched, options, default));

        await client.RegisterAsync(topics.Enriched.Subject, EnrichedEvent.Descriptor.File, default);

        var codec = await RecordCodec<EnrichedEvent>.CreateAsync(topics.Enriched, options, default);
        Assert.Equal(7, codec.Decode(codec.Encode(new EnrichedEvent { BusinessId = 7 })).BusinessId);
    }

    [Fact]
    public async Task A_schema_comes_back_by_its_id_with_its_references()
    {
        var id = await client.RegisterAsync("a-value", EnrichedEvent.Descriptor.File, default);
        var schema = await GetAsync($"schemas/ids/{id}");
        Assert.Equal(EnrichedEvent.Descriptor.File.SerializedData.ToBase64(), schema.GetProperty("schema").GetString());
        Assert.Contains("whatsapp/v1/message.proto", schema.GetProperty("references").EnumerateArray().Select(reference => reference.GetProperty("subject").GetString()));
    }

    [Fact]
    public async Task Versions_of_a_subject_are_counted_from_one()
    {
        await client.RegisterAsync("a-value", RawEvent.Descriptor.File, default);
        await client.RegisterAsync("a-value", LidMapping.Descriptor.File, default);
        Assert.Equal(RawEvent.Descriptor.File.SerializedData.ToBase64(), (await GetAsync("subjects/a-value/versions/1")).GetProperty("schema").GetString());
        Assert.Equal(2, (await GetAsync("subjects/a-value/versions/latest")).GetProperty("version").GetInt32());
    }

    [Theory]
    [InlineData("subjects/nobody/versions/latest", HttpStatusCode.NotFound, 40401)]
    [InlineData("subjects/known/versions/9", HttpStatusCode.NotFound, 40402)]
    [InlineData("subjects/known/versions/newest", HttpStatusCode.UnprocessableEntity, 42202)]
    [InlineData("schemas/ids/99", HttpStatusCode.NotFound, 40403)]
    public async Task What_is_not_there_is_said_with_the_codes_of_the_real_registry(string path, HttpStatusCode status, int code)
    {
        await client.RegisterAsync("known", RawEvent.Descriptor.File, default);
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error_code").GetInt32());
    }

    [Theory]
    [InlineData("nobody", 40401)]
    [InlineData("known", 40403)]
    public async Task A_look_up_tells_an_unknown_subject_from_an_unknown_schema(string subject, int code)
    {
        await client.RegisterAsync("known", RawEvent.Descriptor.File, default);
        using var answer = await http.PostAsJsonAsync($"subjects/{subject}", new { schemaType = "PROTOBUF", schema = "bm9uZQ==" });
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error_code").GetInt32());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"schemaType":"PROTOBUF","schema":"eA==","references":[{"name":"x","subject":"x","version":1}]}""")]
    public async Task A_schema_that_cannot_be_used_is_refused(string body)
    {
        using var content = new StringContent(body);
        using var answer = await http.PostAsync(new Uri("subjects/a-value/versions", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(42201, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error_code").GetInt32());
    }

    private Task<JsonElement> GetAsync(string path) => http.GetFromJsonAsync<JsonElement>(path);
}
