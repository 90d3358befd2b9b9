using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Servers;

namespace Pipeline.Contracts.Tests;

/// <summary>The codec of whichever package set is active: the same bytes, the same refusals.</summary>
public sealed class RecordCodecTests : IAsyncLifetime
{
    private SchemaRegistryServer registry = null!;
    private SchemaRegistryOptions options = null!;
    private RecordCodec<MappingLearned> codec = null!;

    public async Task InitializeAsync()
    {
        registry = await SchemaRegistryServer.StartAsync(id: 7);
        options = new SchemaRegistryOptions { Url = registry.Url };
        codec = await RecordCodec<MappingLearned>.CreateAsync(new Topic<MappingLearned>("test.v1"), options, default);
    }

    public async Task DisposeAsync() => await registry.DisposeAsync();

    [Fact]
    public void A_value_is_its_frame_and_its_protobuf_bytes() =>
        // Field 1, 3 bytes "123"; field 2, 12 bytes "+12025550143".
        Assert.Equal(
            "0000000007000A0331323312" + "0C2B3132303235353530313433",
            Convert.ToHexString(codec.Encode(new MappingLearned { Lid = "123", Phone = "+12025550143" })));

    [Fact]
    public void What_was_encoded_is_decoded_to_an_equal_value()
    {
        var value = new MappingLearned { Lid = "82399031480511", Phone = "+972555550101", SeenAt = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeSeconds(1760000000)) };
        Assert.Equal(value, codec.Decode(codec.Encode(value)));
    }

    [Theory]
    [InlineData("", "empty_value")]
    [InlineData("7B7D", "bad_magic")]
    [InlineData("0000000007", "bad_frame")]
    [InlineData("0000000007000AFF", "bad_protobuf")]
    public void Bytes_that_are_no_value_are_refused_with_a_reason(string bytes, string reason) =>
        Assert.Equal(reason, Assert.Throws<UndecodableRecordException>(() => codec.Decode(Convert.FromHexString(bytes))).Reason);

    [Fact]
    public async Task A_schema_the_registry_does_not_know_is_an_error_that_says_what_to_do()
    {
        registry.KnowsNothing = true;
        var error = await Assert.ThrowsAsync<SchemaNotRegisteredException>(
            () => RecordCodec<RawEvent>.CreateAsync(new Topic<RawEvent>("raw.v1"), options, default));
        Assert.Contains("pipeline schemas register", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_registered_after_the_files_it_imports()
    {
        using var client = new SchemaRegistry(options);
        await client.RegisterAsync("linked-value", LinkedEvent.Descriptor.File, default);

        Assert.Equal("linked-value", registry.Registered[^1]);
        foreach (var import in LinkedEvent.Descriptor.File.Dependencies.Where(file => file.Name.StartsWith("whatsapp/", StringComparison.Ordinal)))
            Assert.Contains(import.Name, registry.Registered);
    }

    [Fact]
    public void Every_topic_is_named_once_and_described_by_the_first_message_of_its_file()
    {
        var topics = new Topics("test.").All;
        Assert.Equal(["test.raw.v1", "test.enriched.v1", "test.linked.v1", "test.lid-mappings.v1", "test.leads.v1"], topics.Select(topic => topic.Name));
        Assert.All(topics, topic => Assert.Equal(0, topic.Value.Index));
        Assert.All(topics, topic => Assert.Null(topic.Value.ContainingType));
    }

    [Theory]
    [InlineData("Whatsapp.")]
    [InlineData("whats_app.")]
    [InlineData(".whatsapp")]
    public void A_prefix_that_Kafka_tools_would_confuse_is_refused(string prefix) =>
        Assert.Throws<ArgumentException>(() => new Topics(prefix));
}
