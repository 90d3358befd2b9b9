using Google.Protobuf.Reflection;

namespace Pipeline.Contracts;

/// <summary>What tools need to know of a topic without its value type.</summary>
public sealed record TopicDescription(string Name, string Subject, bool Compacted, MessageDescriptor Value);
