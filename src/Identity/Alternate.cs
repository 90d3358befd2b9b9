namespace Pipeline.Identity;

/// <summary>A further address of somebody, found beside the main ones.</summary>
/// <param name="Id">The address; its server decides what it is, not the field.</param>
/// <param name="Field">Where it stood.</param>
/// <param name="Owner">Whose address that field holds.</param>
internal readonly record struct Alternate(WaId Id, string Field, AlternateOwner Owner);
