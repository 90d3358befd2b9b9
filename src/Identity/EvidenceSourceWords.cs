namespace Pipeline.Identity;

/// <summary>The words that stand for <see cref="EvidenceSource"/> outside the process.</summary>
public static class EvidenceSourceWords
{
    /// <summary>Lower case.</summary>
    public static string ToWord(this EvidenceSource source) => source switch
    {
        EvidenceSource.Direct => "direct",
        EvidenceSource.Envelope => "envelope",
        EvidenceSource.Table => "table",
        EvidenceSource.Endpoint => "endpoint",
        EvidenceSource.Quoted => "quoted",
        EvidenceSource.Late => "late",
        _ => "none",
    };
}
