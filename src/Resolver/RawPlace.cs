namespace Pipeline.Resolver;

/// <summary>Where an event lies on the topic <c>raw</c>.</summary>
public readonly record struct RawPlace(int Partition, long Offset);
