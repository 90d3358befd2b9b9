namespace Pipeline.Streaming;

/// <summary>A record that is written as it is: no headers but its own, and no timestamp but now.</summary>
/// <param name="Topic">Full topic name.</param>
/// <param name="Key">Key bytes; they choose the partition.</param>
/// <param name="Value">Value bytes, frame included; null is a tombstone.</param>
/// <param name="Headers">Its headers, in their order.</param>
public sealed record RecordCopy(string Topic, byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, byte[]>> Headers);
