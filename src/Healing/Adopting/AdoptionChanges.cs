namespace Pipeline.Healing.Adopting;

/// <summary>What one batch of people adds to the product's directory.</summary>
internal sealed class AdoptionChanges
{
    public List<ProductPerson> NewPeople { get; } = [];

    public HashSet<ProductPerson> ChangedPeople { get; } = [];

    public List<(Identity Identity, long PersonId)> Identities { get; } = [];

    public List<StatedTogether> Pairs { get; } = [];

    public List<NewConversation> Conversations { get; } = [];

    /// <summary>Conversations that get the key of a lead.</summary>
    public List<(ProductPerson Person, string OldKey)> Rekeyed { get; } = [];

    /// <summary>Keys that find the conversation from now on; of a group by its key, else by the person.</summary>
    public List<(string Alias, string Key)> Aliases { get; } = [];

    /// <summary>Nothing has to be written.</summary>
    public bool IsEmpty => NewPeople.Count + ChangedPeople.Count + Identities.Count + Pairs.Count + Conversations.Count + Rekeyed.Count + Aliases.Count == 0;

    /// <summary>Two identities of one person; the first is the one that comes first in order.</summary>
    public readonly record struct StatedTogether(Identity One, Identity Other, short? PhoneRank, DateTime? SeenAt);

    /// <summary>A conversation that is not there yet.</summary>
    public sealed record NewConversation(string Key, ProductPerson? Person, string? GroupId, OldConversation Old);
}
