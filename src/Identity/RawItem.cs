namespace Pipeline.Identity;

/// <summary>One event as it flows on the raw topic: one item of a batch, or the whole <c>data</c> of a webhook.</summary>
/// <param name="Source">Who produced it: <c>baileys</c>, <c>evolution</c> or <c>waha</c>.</param>
/// <param name="EventType">The producer's name of the event, such as <c>messages.upsert</c>.</param>
/// <param name="Part">Which list of the event the item stood in; empty for the whole.</param>
/// <param name="Delivery"><c>notify</c>, <c>append</c> or empty. Never decides whether an item counts: producers mix the two under one word.</param>
/// <param name="Json">The item's bytes, verbatim.</param>
/// <param name="Own">The addresses of the business that were known when the event came in.</param>
/// <param name="ReceivedAt">When the event came in.</param>
public sealed record RawItem(
    string Source, string EventType, string Part, string Delivery, ReadOnlyMemory<byte> Json, OwnAddresses Own, DateTimeOffset ReceivedAt);
