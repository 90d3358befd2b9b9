using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.ThreadLinker;

/// <summary>
/// <c>enriched</c> → <c>linked</c>: finds the person behind each event, merges people who turn out to be one, and gives every event its
/// conversation.
/// </summary>
public sealed class LinkConversations(PeopleDirectory directory, LinkedRecords records) : IStage<EnrichedEvent>
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Outcome>> RunAsync(Batch<EnrichedEvent> batch, CancellationToken cancellation)
    {
        EventSubject[] subjects = [.. batch.Inputs.Select(input => EventSubject.Of(input.Value, input.Key))];
        var decisions = await directory.DecideAsync(subjects, cancellation);
        return [.. batch.Inputs.Zip(decisions, (input, decision) => records.Of(input.Value, decision))];
    }
}
