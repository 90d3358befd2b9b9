namespace Pipeline.Identity;

/// <summary>Who one party of an event is, and how that is known. A null phone is a normal answer.</summary>
/// <param name="Phone">The phone, canonical.</param>
/// <param name="Lid">The LID.</param>
/// <param name="Source">What answered for the phone.</param>
/// <param name="Field">The field that answered; for an unknown phone, the field with the address.</param>
/// <param name="Address">As WhatsApp registered it, normalised, without device, the phone address preferred: what messages are sent to.</param>
/// <param name="IsBusiness">The party is the business itself.</param>
public sealed record PartyEvidence(PhoneNumber? Phone, Lid? Lid, EvidenceSource Source, string? Field, string? Address, bool IsBusiness);
