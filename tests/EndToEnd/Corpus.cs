using System.Text.Json;

namespace Pipeline.EndToEnd;

/// <summary>The recorded payloads with their expected outcome.</summary>
internal static class Corpus
{
    public static IReadOnlyDictionary<string, JsonElement> Cases { get; } =
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Corpus", "cases.jsonl"))
            .Where(line => line.Length > 0)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .ToDictionary(one => one.GetProperty("id").GetString()!);
}
