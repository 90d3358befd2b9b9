using System.Globalization;
using System.Text.Json;
using Pipeline.Identity;

namespace Pipeline.Healing;

/// <summary>
/// A file of pairs: lines <c>business,lid,phone</c>, with or without a heading, or JSON lines with members of these names. A LID may come
/// as address or digits, a phone as address, with a plus, or as international digits.
/// </summary>
public static class MappingFile
{
    /// <summary>Reads it.</summary>
    /// <returns>The pairs, and every line that is none, with the reason.</returns>
    public static (IReadOnlyList<StatedMapping> Mappings, IReadOnlyList<(int Line, string Why)> Faults) Read(IEnumerable<string> lines)
    {
        var mappings = new List<StatedMapping>();
        var faults = new List<(int, string)>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || (number == 1 && IsHeading(line))) continue;
            var (mapping, why) = Read(line);
            if (mapping is { } read) mappings.Add(read);
            else faults.Add((number, why));
        }
        return (mappings, faults);
    }

    private static bool IsHeading(string line) => line.TrimStart('\uFEFF').Replace(" ", "", StringComparison.Ordinal).Equals("business,lid,phone", StringComparison.OrdinalIgnoreCase);

    private static (StatedMapping? Mapping, string Why) Read(string line)
    {
        var fields = line.AsSpan().TrimStart().StartsWith("{") ? OfJson(line) : [.. line.TrimStart('\uFEFF').Split(',').Select(field => field.Trim().Trim('"'))];
        if (fields is not [{ } business, { } lidText, { } phoneText]) return (null, "not business,lid,phone");
        if (!long.TryParse(business, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id <= 0) return (null, "the business is no number");
        if (!Lid.TryParse(lidText, out var lid)) return (null, "the LID is none");
        // Digits that the line itself calls a LID are no phone.
        var addresses = new KnownLids();
        addresses.LearnLid(lid.Digits);
        return addresses.Read(phoneText) is { Kind: AddressKind.Phone, Id: var phone } ? (new StatedMapping(id, lid.Digits, phone), "") : (null, "the phone is none");
    }

    private static string?[]? OfJson(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return [Member("business"), Member("lid"), Member("phone")];

            string? Member(string name) => json.RootElement.TryGetProperty(name, out var value)
                ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
