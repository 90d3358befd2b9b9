namespace Pipeline.Identity;

/// <summary>A field that holds an alternate address: its name, whose address it is, and what its name promises.</summary>
internal sealed record AlternateField(string Name, AlternateOwner Owner, FieldValue.Names Names);
