namespace Pipeline.Streaming;

/// <summary>A topic whose writers must not run too far ahead of the group that reads it. Named with <see cref="ServiceBuilder.LimitBacklog{T}"/>.</summary>
internal sealed record BacklogLimit(string Topic, string Group);
