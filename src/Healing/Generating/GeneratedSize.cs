namespace Pipeline.Healing.Generating;

/// <summary>How big a generated database is, and how badly split.</summary>
public sealed record GeneratedSize
{
    /// <summary>Rows of <c>whatsapp_conversation</c>.</summary>
    public int Conversations { get; init; } = 50_000;

    /// <summary>How many of 100 conversations are one too many for their person.</summary>
    public int DuplicatePercent { get; init; } = 15;

    /// <summary>How many of 100 leads have a LID's digits for a phone.</summary>
    public int FakePhonePercent { get; init; } = 20;

    /// <summary>Rows of <c>whatsapp_message</c>.</summary>
    public int Messages { get; init; } = 200_000;

    /// <summary>Businesses, numbered from 1.</summary>
    public int Businesses { get; init; } = 3;

    /// <summary>The same seed gives the same rows.</summary>
    public int Seed { get; init; } = 1;
}
