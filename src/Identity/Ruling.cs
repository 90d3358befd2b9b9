namespace Pipeline.Identity;

/// <summary>What an operator says of a LID and a phone, whatever WhatsApp states.</summary>
/// <param name="Lid">The LID.</param>
/// <param name="Phone">The phone, canonical.</param>
/// <param name="IsDenied">True: they are two people. False: an earlier denial is taken back.</param>
public readonly record struct Ruling(Lid Lid, PhoneNumber Phone, bool IsDenied);
