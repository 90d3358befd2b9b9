namespace Pipeline.Healing.Adopting;

/// <summary>How a healed older layout is carried into the product's schema.</summary>
/// <param name="Tables">Where both schemas are, which businesses, and how much at a time.</param>
/// <param name="AutoLeads">Whether people without a lead become one. Off, as in a product that creates no leads by itself, they become contacts.</param>
public sealed record AdoptionOptions(BackfillOptions Tables, bool AutoLeads = true);
