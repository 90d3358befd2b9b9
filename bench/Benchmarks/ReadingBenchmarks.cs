using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Pipeline.Identity;

namespace Pipeline.Benchmarks;

/// <summary>What the Resolver does first to every message, beside the least that anybody could do: parse the same bytes.</summary>
public class ReadingBenchmarks
{
    private static readonly OwnAddresses Own = OwnAddresses.From("972555550100:14@s.whatsapp.net", "194458137862155:14@lid");

    private RawItem _item = null!;

    /// <summary>The messages.</summary>
    public static IEnumerable<Payload> Messages => Payloads.All;

    /// <summary>The message that is read.</summary>
    [ParamsSource(nameof(Messages))]
    public Payload Message { get; set; } = null!;

    /// <summary>Makes the item once: the topic hands over its bytes.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _item = new RawItem("baileys", "messages.upsert", "messages", "notify", Message.Json, Own, DateTimeOffset.UnixEpoch);
        if (Read() is not { Text: not null, Author.Phone: not null }) throw new InvalidOperationException($"{Message} is not read as a message.");
    }

    /// <summary>Parses the JSON and looks at nothing.</summary>
    [Benchmark(Baseline = true)]
    public JsonValueKind Parse()
    {
        using var document = JsonDocument.Parse(_item.Json);
        return document.RootElement.ValueKind;
    }

    /// <summary>Parses the JSON and understands it: chat, author, peer, pairs, content.</summary>
    [Benchmark]
    public ReadEvent Read() => EventReader.Read(_item);
}
