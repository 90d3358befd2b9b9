using System.Text.Json;

namespace Pipeline.Cli.Results;

/// <summary>What a run came to.</summary>
/// <param name="Accepted">Events that Kafka acknowledged, after batches were split.</param>
/// <param name="Stored">Rows in <c>whatsapp_message</c>.</param>
/// <param name="Duplicates">Messages that were stored already.</param>
/// <param name="Ignored">Events that are no messages of a conversation, by kind.</param>
/// <param name="Resolved">Stored messages by how the other side's phone was found.</param>
/// <param name="Unresolved">Stored messages whose other side has no known phone.</param>
/// <param name="Merges">Pairs of leads that turned out to be one person.</param>
/// <param name="DeadLetters">Records that were set aside.</param>
/// <param name="LidAsPhone">Phones that are a LID's digits. Anything but 0 is a defect.</param>
public sealed record RunSummary(
    long Accepted,
    long Stored,
    long Duplicates,
    IReadOnlyDictionary<string, long> Ignored,
    IReadOnlyDictionary<string, long> Resolved,
    long Unresolved,
    long Merges,
    long DeadLetters,
    long LidAsPhone)
{
    private static readonly JsonSerializerOptions Written = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>True when every accepted event is accounted for.</summary>
    public bool Balances => Accepted == Stored + Duplicates + Ignored.Values.Sum() + DeadLetters;

    /// <summary>The text of <c>summary.json</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new { Accepted, Stored, Duplicates, Ignored, Resolved, Unresolved, Merges, DeadLetters, LidAsPhone }, Written);
}
