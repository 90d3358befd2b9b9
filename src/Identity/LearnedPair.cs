namespace Pipeline.Identity;

/// <summary>“This LID is this phone”, as one event says it.</summary>
/// <param name="Lid">The LID.</param>
/// <param name="Phone">Its phone, canonical.</param>
/// <param name="Field">The field that carried the half which was not the address itself.</param>
/// <param name="Grade">How far it is trusted.</param>
public readonly record struct LearnedPair(Lid Lid, PhoneNumber Phone, string Field, MappingGrade Grade);
