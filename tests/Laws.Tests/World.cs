using Pipeline.Contracts;

namespace Pipeline.Laws.Tests;

/// <summary>Resolver and ThreadLinker, one behind the other, with all that they remember.</summary>
internal sealed class World
{
    public PureResolver Resolver { get; } = new();

    public PureLinker Linker { get; } = new();

    /// <summary>A world in which records arrived in this order, in one batch.</summary>
    public static World After(IReadOnlyList<RawEvent> raws)
    {
        var world = new World();
        world.Feed(raws);
        return world;
    }

    /// <summary>Processes one batch.</summary>
    public IReadOnlyList<EnrichedEvent> Feed(IReadOnlyList<RawEvent> batch)
    {
        var enriched = Resolver.Run(batch);
        Linker.Run(enriched);
        return enriched;
    }

    /// <summary>Processes records cut into batches at random; now and then the Resolver ends after storing and before announcing, and the batch comes again.</summary>
    public void Feed(IReadOnlyList<RawEvent> raws, Random random)
    {
        for (var at = 0; at < raws.Count;)
        {
            var batch = raws.Skip(at).Take(random.Next(1, 9)).ToArray();
            at += batch.Length;
            if (random.Next(8) == 0) Resolver.Run(batch);
            Feed(batch);
        }
    }

    /// <summary>Which events of a business are together, and under which phone: one line a conversation.</summary>
    public string Conversations(History history, long business) => Lines(Linker.Linked(business)
        .GroupBy(one => one.Conversation)
        .Select(conversation => $"{string.Join(' ', conversation.Select(one => history.PlaceOf(one.EventId)).Order().Select(place => $"e{place}"))} {conversation.First().Phone ?? "-"}"));

    /// <summary>The phone of each LID of a business, one a line.</summary>
    public string Phones(long business) => Lines(Resolver.PhonesOf(business).Select(one => $"{one.Lid} {one.Phone}"));

    /// <summary>Every row of a business's LID table.</summary>
    public string Table(long business) => Lines(Resolver.RowsOf(business));

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal).Select(line => "    " + line));
}
