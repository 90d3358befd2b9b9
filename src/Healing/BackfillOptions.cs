namespace Pipeline.Healing;

/// <summary>What a backfill works on and how far it goes.</summary>
public sealed record BackfillOptions
{
    /// <summary>The Postgres schema of the older tables.</summary>
    public string Schema { get; init; } = "public";

    /// <summary>The product's schema in the same database, whose LID table is used when it is there.</summary>
    public string ProductSchema { get; init; } = "whatsapp";

    /// <summary>Only these businesses; empty means all.</summary>
    public IReadOnlySet<long> Businesses { get; init; } = new HashSet<long>();

    /// <summary>Whose habit typed numbers with a leading zero are written in (ISO 3166, two letters); empty: they are not read.</summary>
    public string Region { get; init; } = "";

    /// <summary>Rows changed in one transaction.</summary>
    public int BatchSize { get; init; } = 1000;

    /// <summary>Leave canonical keys as they are: conversations without one are left out.</summary>
    public bool SkipBackfill { get; init; }

    /// <summary>Leave duplicates as they are: then there is no unique constraint either.</summary>
    public bool SkipMerge { get; init; }

    /// <summary>Pairs from a file. A run that writes keeps them, and later runs use them, too.</summary>
    public IReadOnlyList<StatedMapping> Mappings { get; init; } = [];
}
