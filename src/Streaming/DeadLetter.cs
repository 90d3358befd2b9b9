namespace Pipeline.Streaming;

/// <summary>What the headers of a dead letter say.</summary>
/// <param name="Topic">The topic the record was read from.</param>
/// <param name="Service">The service that set it aside.</param>
/// <param name="Reason">Why, a short code.</param>
/// <param name="EventId">The event id; empty when unknown.</param>
public sealed record DeadLetter(string Topic, string Service, string Reason, string EventId);
