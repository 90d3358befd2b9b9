namespace Pipeline.Identity;

/// <summary>How far a pair is trusted. A newer strong pair replaces an older one; a seed never replaces a strong pair.</summary>
public enum MappingGrade
{
    /// <summary>Bulk observation: history, contacts, group rosters.</summary>
    Seed,

    /// <summary>Said about this very account: message envelope, mapping event, shared number.</summary>
    Strong,
}
