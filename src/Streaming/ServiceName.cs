namespace Pipeline.Streaming;

/// <summary>What this service is called in logs, client ids and dead letters, for example <c>resolver</c>.</summary>
public sealed record ServiceName(string Value);
