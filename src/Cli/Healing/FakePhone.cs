using Npgsql;
using Pipeline.Healing;

namespace Pipeline.Cli.Healing;

/// <summary>A lead whose phone was a LID's digits, as a line of the list.</summary>
internal sealed record FakePhone(long Business, long Lead, string? OldPhone, string? NewPhone, long? MergedInto, string Fate)
{
    /// <summary>The list's first line.</summary>
    public const string Heading = "business,lead,old_phone,new_phone,merged_into,what";

    /// <summary>The line.</summary>
    public string Line => $"{Business},{Lead},{Quoted(OldPhone)},{NewPhone},{MergedInto},{Fate switch
    {
        "repaired" => "repaired",
        "merged" => "merged into another lead",
        _ => "no mapping known",
    }}";

    /// <summary>What a plan would do.</summary>
    public static FakePhone Of(long business, LeadRow lead, KeptLead kept) =>
        new(business, lead.Id, kept.OldPhone, kept.NewPhone, kept.MergedInto, kept.Fate switch { PhoneFate.Repaired => "repaired", PhoneFate.Merged => "merged", _ => "unmapped" });

    /// <summary>What this run and earlier ones have done.</summary>
    public static async Task<IReadOnlyCollection<FakePhone>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            SELECT business_id, lead_id, old_phone, new_phone, merged_into, phone_fate FROM pipeline_backfill_lead
             WHERE phone_fate IN ('repaired', 'merged', 'unmapped') ORDER BY business_id, lead_id
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var fakes = new List<FakePhone>();
        while (await rows.ReadAsync(cancellation))
        {
            fakes.Add(new FakePhone(rows.GetInt64(0), rows.GetInt64(1), rows.IsDBNull(2) ? null : rows.GetString(2), rows.IsDBNull(3) ? null : rows.GetString(3),
                rows.IsDBNull(4) ? null : rows.GetInt64(4), rows.GetString(5)));
        }
        return fakes;
    }

    private static string Quoted(string? text) => text is null ? "" : text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
