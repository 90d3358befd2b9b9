namespace Pipeline.ThreadLinker;

/// <summary>What one event says about one person: addresses that belong together, and what is known beside them.</summary>
/// <param name="Identities">The addresses, at least one.</param>
/// <param name="Phone">The phone among them, and what it rests on; null when there is none.</param>
/// <param name="PushName">The name the person chose; null when the event gives none.</param>
/// <param name="Kind">Why the addresses belong together, for the record of a merge: <c>lid_and_phone</c>, <c>address</c> or <c>mapping</c>.</param>
public sealed record PersonEvidence(IReadOnlyList<ContactIdentity> Identities, PhoneEvidence? Phone, PushName? PushName, string Kind);
