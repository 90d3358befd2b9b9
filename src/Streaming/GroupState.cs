namespace Pipeline.Streaming;

/// <summary>What the brokers say of a consumer group.</summary>
/// <param name="Name">Kafka's word: <c>Empty</c>, <c>Dead</c> (there is no such group), <c>Stable</c>, <c>PreparingRebalance</c>, <c>CompletingRebalance</c>.</param>
public sealed record GroupState(string Name)
{
    /// <summary>Whether somebody may be reading with it.</summary>
    public bool IsActive => Name is not ("Empty" or "Dead");
}
