using System.Net.Http.Json;
using Pipeline.Contracts;

namespace Pipeline.Containers;

[Collection(KafkaCollection.Name)]
public sealed class SchemaRegistryTests(KafkaContainers kafka)
{
    [Fact]
    public async Task Every_schema_can_be_registered_and_is_found_again_and_a_second_time_changes_nothing()
    {
        var topics = await kafka.NewTopicsAsync("schemas");
        await kafka.RegisterAsync(topics);
        using var registry = new SchemaRegistry(new SchemaRegistryOptions { Url = kafka.RegistryUrl });
        var ids = new List<int>();
        foreach (var topic in topics.All) ids.Add(await registry.IdOfAsync(topic.Subject, topic.Value.File, default));

        await kafka.RegisterAsync(topics);
        foreach (var (topic, id) in topics.All.Zip(ids)) Assert.Equal(id, await registry.IdOfAsync(topic.Subject, topic.Value.File, default));
    }

    [Fact]
    public async Task A_value_is_encoded_under_the_id_that_the_registry_gave_and_decoded_again()
    {
        var topics = await kafka.NewTopicsAsync("codec");
        await kafka.RegisterAsync(topics);
        var codec = await RecordCodec<RawEvent>.CreateAsync(topics.Raw, new SchemaRegistryOptions { Url = kafka.RegistryUrl }, default);
        using var registry = new SchemaRegistry(new SchemaRegistryOptions { Url = kafka.RegistryUrl });

        var bytes = codec.Encode(new RawEvent { BusinessId = 7, EventId = "one" });

        Assert.Equal(WireFormat.Frame(await registry.IdOfAsync(topics.Raw.Subject, RawEvent.Descriptor.File, default), RawEvent.Descriptor), bytes[..6]);
        Assert.Equal("one", codec.Decode(bytes).EventId);
    }

    [Fact]
    public async Task A_schema_that_would_misread_what_was_written_is_refused()
    {
        var topics = await kafka.NewTopicsAsync("refused");
        await kafka.RegisterAsync(topics);
        using var http = new HttpClient { BaseAddress = new Uri(kafka.RegistryUrl) };

        var schema = "syntax = \"proto3\"; package whatsapp.v1; message RawEvent { string business_id = 1; }";
        using var answer = await http.PostAsJsonAsync($"subjects/{topics.Raw.Subject}/versions", new { schemaType = "PROTOBUF", schema });

        Assert.Equal(System.Net.HttpStatusCode.Conflict, answer.StatusCode);
    }
}
