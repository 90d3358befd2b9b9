using Pipeline.Contracts;
using Pipeline.ThreadLinker;

namespace Pipeline.Laws.Tests;

/// <summary>
/// The ThreadLinker without its database, and a reader of what it announces: which event is in which conversation is known from
/// announcements alone, as the Sink knows it. The only file here that knows the ThreadLinker.
/// </summary>
internal sealed class PureLinker
{
    private readonly IdentityDirectory directory = new();
    private readonly HashSet<long> businesses = [];
    private readonly Dictionary<string, LinkedConversation> conversations = [];
    private readonly Dictionary<string, LinkedConversation> merged = [];

    /// <summary>Links what the Resolver wrote.</summary>
    public void Run(IReadOnlyList<EnrichedEvent> events)
    {
        foreach (var one in events)
        {
            if (businesses.Add(one.BusinessId)) directory.AddBusiness(one.BusinessId, 1);
            switch (directory.Decide(EventSubject.Of(one, Topics.KeyOf(one.BusinessId))))
            {
                case LinkDecision.Linked linked:
                    Follow(linked.Merges);
                    conversations[one.EventId] = linked.Conversation;
                    break;
                case LinkDecision.Noted noted:
                    Follow(noted.Merges);
                    break;
                case LinkDecision.Refused refused:
                    throw new InvalidOperationException($"The ThreadLinker refuses an event of the Resolver: {refused.Reason}");
            }
        }
    }

    /// <summary>The conversation of each linked event of a business, and the phone of the person it is with.</summary>
    public IEnumerable<(string EventId, string Conversation, string? Phone)> Linked(long business)
    {
        var leads = directory.Changes.NewLeads.Where(lead => lead.BusinessId == business).ToDictionary(lead => lead.Id);
        foreach (var (eventId, linked) in conversations)
        {
            if (linked.BusinessId != business) continue;
            var conversation = linked;
            while (merged.TryGetValue(conversation.Key, out var next)) conversation = next;
            if (conversation.GroupId is not null)
            {
                yield return (eventId, conversation.Key, null);
                continue;
            }
            var lead = leads[conversation.LeadId];
            if (lead.IsMerged) throw new InvalidOperationException($"The merge of {conversation.Key} was not announced");
            yield return (eventId, conversation.Key, lead.Phone?.Phone);
        }
    }

    /// <summary>Every phone that is known of somebody, leads without conversation and phones that are not the current one included.</summary>
    public IEnumerable<string> PhonesOf(long business) =>
        directory.Changes.NewIdentities.Where(one => one.Identity.BusinessId == business && one.Identity.Channel == Channel.Phone).Select(one => one.Identity.ExternalId)
            .Concat(directory.Changes.NewLeads.Where(lead => lead.BusinessId == business && lead.Phone is not null).Select(lead => lead.Phone!.Value.Phone));

    private void Follow(IReadOnlyList<LeadMerge> merges)
    {
        foreach (var merge in merges)
            if (merge is { Absorbed: { } absorbed, Survivor: { } survivor }) merged[absorbed.Key] = survivor;
    }
}
