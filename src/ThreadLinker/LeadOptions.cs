using System.ComponentModel.DataAnnotations;

namespace Pipeline.ThreadLinker;

/// <summary>Who becomes a lead (section <c>Leads</c>).</summary>
public sealed class LeadOptions : IValidatableObject
{
    /// <summary>
    /// Whether everybody who writes becomes a lead. Off: only a CRM makes leads; the conversations of others are named by phone or LID and
    /// get the lead's key when one appears.
    /// </summary>
    public bool AutoCreate { get; set; } = true;

    /// <summary>Whether members of groups become leads when they write there. They get a conversation when they write to the business itself.</summary>
    public bool FromGroups { get; set; }

    /// <summary>Whose habit the phones of a CRM are written in when a lead comes without a region: two letters. Empty: they have to be international.</summary>
    [RegularExpression("^([A-Z]{2})?$", ErrorMessage = "Leads:Region is two capital letters, for example IL.")]
    public string Region { get; set; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FromGroups && !AutoCreate)
            yield return new ValidationResult("Leads:FromGroups makes leads of group members, and Leads:AutoCreate=false says that none are made: take one of them back.");
    }
}
