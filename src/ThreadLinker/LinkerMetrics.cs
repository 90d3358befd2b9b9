using System.Diagnostics.Metrics;

namespace Pipeline.ThreadLinker;

/// <summary>What the ThreadLinker counts besides what the loop counts for every stage. Counted when it is stored, so a repeated event counts nothing.</summary>
public sealed class LinkerMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "Pipeline.ThreadLinker";

    private readonly Meter meter;
    private readonly Counter<long> people;
    private readonly Counter<long> conversations;
    private readonly Counter<long> merges;
    private readonly Counter<long> rekeys;
    private readonly Counter<long> splits;

    /// <summary>Made once a process.</summary>
    public LinkerMetrics(IMeterFactory factory)
    {
        meter = factory.Create(Meter);
        people = meter.CreateCounter<long>("whatsapp_people_created", "{person}", "People who were met for the first time.");
        conversations = meter.CreateCounter<long>("whatsapp_conversations_created", "{conversation}", "Conversations that were begun.");
        merges = meter.CreateCounter<long>("whatsapp_merges", "{merge}", "People who turned out to be one with another, by what showed it.");
        rekeys = meter.CreateCounter<long>("whatsapp_conversations_rekeyed", "{conversation}", "Conversations that got a better key.");
        splits = meter.CreateCounter<long>("whatsapp_splits", "{conversation}", "People who were taken apart because an operator denied what joined them.");
        foreach (var counter in new[] { people, conversations, rekeys, splits }) counter.Add(0);
    }

    /// <summary>Counts what one batch has written.</summary>
    public void Count(DirectoryChanges changes)
    {
        people.Add(changes.NewPeople.Count);
        conversations.Add(changes.NewConversations.Count);
        rekeys.Add(changes.Rekeys.Count);
        foreach (var merge in changes.Merges) merges.Add(1, new KeyValuePair<string, object?>("evidence", merge.Evidence));
    }

    /// <summary>Counts what a denial has taken apart.</summary>
    public void CountSplits(int people)
    {
        if (people > 0) splits.Add(people);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
