using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Cli.Explain;

namespace Pipeline.Cli.Unmerging;

/// <summary>The same as one JSON object, documented in <c>docs/unmerging.md</c>. Absent is null or an empty array, never left out.</summary>
internal static class UnmergeJson
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>A person and every tie of it.</summary>
    public static string OfPerson(long business, PersonFacts person) => JsonSerializer.Serialize(
        new
        {
            BusinessId = business,
            Person = Of(person),
            Ties = person.Ties.Select(tie => new
            {
                One = Of(tie.Tie.One),
                Other = Of(tie.Tie.Other),
                Stated = Of(tie.Stated),
                IsDenied = person.Denied.Contains(tie.Tie),
                CanBeDenied = tie.Tie.Pair is not null,
                IsBridge = tie.Tie.Pair is not null && !person.Denied.Contains(tie.Tie) && person.PartsWithout(tie.Tie).Count > 1,
                PartsWithout = tie.Tie.Pair is null ? [] : Of(person.PartsWithout(tie.Tie), person),
            }),
            Merges = person.Merges.Select(merge => new { merge.LeadId, merge.Evidence, merge.Pair, At = ExplanationText.Time(merge.At), merge.Origin.EventId, Position = merge.Origin.Position?.ToString() }),
        },
        Readable);

    /// <summary>Where a pair stands, what a ruling would do, and what it has done.</summary>
    /// <param name="business">The business.</param>
    /// <param name="before">Before it was said.</param>
    /// <param name="said">The event; null when it was not said.</param>
    /// <param name="after">After it took effect.</param>
    public static string OfPair(long business, PairFacts before, Guid? said, PairFacts? after) => JsonSerializer.Serialize(
        new
        {
            BusinessId = business,
            Lid = before.Ruling.Lid.Digits,
            Phone = before.Ruling.Phone.ToString(),
            Says = before.Ruling.IsDenied ? "denied" : "allowed",
            Standing = Of(before.Standing),
            Stated = Of(before.Stated),
            LeadOfLid = before.OfLid?.Id,
            LeadOfPhone = before.OfPhone?.Id,
            HasEffect = before.HasEffect,
            Parts = before.Together is { } person && before.Ruling.IsDenied ? Of(before.Parts, person) : [],
            StaysOneThrough = before.Ruling.IsDenied ? before.OtherWay.Select(Of) : [],
            EventId = said,
            After = after is null ? null : new { Position = after.Standing?.Origin.Position?.ToString(), Standing = Of(after.Standing), LeadOfLid = after.OfLid?.Id, LeadOfPhone = after.OfPhone?.Id },
        },
        Readable);

    private static object Of(PersonFacts person) => new
    {
        LeadId = person.Id,
        Addresses = person.Addresses.OrderBy(address => address.Key).Select(address => new { address.Key.Channel, ExternalId = address.Key.Id, Messages = address.Value }),
    };

    private static object[] Of(IReadOnlyList<IReadOnlyList<Address>> parts, PersonFacts person) =>
        [.. parts.Select(part => new { Messages = person.MessagesOf(part), Addresses = part.Select(Of) })];

    private static object Of(Address address) => new { address.Channel, ExternalId = address.Id };

    private static object? Of(StatedPhone? stated) => stated is null ? null : new
    {
        stated.Grade,
        stated.Field,
        FirstSeen = ExplanationText.Time(stated.FirstSeen),
        LastSeen = ExplanationText.Time(stated.LastSeen),
        stated.Origin.EventId,
        Position = stated.Origin.Position?.ToString(),
    };

    private static object? Of(PairRuling? standing) => standing is null ? null : new
    {
        standing.IsDenied,
        At = ExplanationText.Time(standing.At),
        standing.Origin.EventId,
        Position = standing.Origin.Position?.ToString(),
    };
}
