namespace Pipeline.ThreadLinker;

/// <summary>Whether a person is a lead, and who made one of him, weakest first. Postgres holds the lower-case name.</summary>
public enum Ownership
{
    /// <summary>No lead: somebody who has written while leads are not created automatically.</summary>
    Contact,

    /// <summary>A lead that the product has created.</summary>
    Auto,

    /// <summary>A lead that a CRM has given.</summary>
    Crm,
}

/// <summary>Ownership as Postgres writes it.</summary>
public static class OwnershipText
{
    /// <summary>The text in <c>person.owner</c>.</summary>
    public static string Text(this Ownership owner) => owner switch
    {
        Ownership.Contact => "contact",
        Ownership.Auto => "auto",
        _ => "crm",
    };

    /// <summary>The ownership of a stored text.</summary>
    public static Ownership Of(string text) => text switch
    {
        "contact" => Ownership.Contact,
        "auto" => Ownership.Auto,
        "crm" => Ownership.Crm,
        _ => throw new InvalidOperationException($"'{text}' is no owner."),
    };
}
