using Pipeline.Contracts;
using Pipeline.Streaming;

namespace Pipeline.ThreadLinker;

/// <summary>
/// <c>leads</c> → <c>linked</c>: takes over what a CRM knows of its leads, which outranks what WhatsApp says. What follows for conversations
/// that are there already is announced.
/// </summary>
public sealed class TakeLeads(PeopleDirectory directory, LinkedRecords records, LeadOptions options) : IStage<LeadGiven>
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Outcome>> RunAsync(Batch<LeadGiven> batch, CancellationToken cancellation)
    {
        EventSubject[] subjects = [.. batch.Inputs.Select(input => GivenLead.Read(input.Value, input.Key, input.Timestamp, options.Region))];
        var decisions = await directory.DecideAsync(subjects, cancellation);
        return [.. batch.Inputs.Select((input, at) => records.Of(input.Value, subjects[at], decisions[at]))];
    }
}
