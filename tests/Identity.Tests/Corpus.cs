using System.Text.Json;

namespace Pipeline.Identity.Tests;

/// <summary>The recorded payloads with their expected outcome.</summary>
internal static class Corpus
{
    public static readonly IReadOnlyDictionary<string, JsonElement> Cases = Load("cases.jsonl");
    public static readonly IReadOnlyDictionary<string, JsonElement> RawBodies = Load("raw-bodies.jsonl");

    private static Dictionary<string, JsonElement> Load(string file)
    {
        var cases = new Dictionary<string, JsonElement>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Corpus", file)))
        {
            if (line.Length == 0) continue;
            using var document = JsonDocument.Parse(line);
            cases.Add(document.RootElement.GetProperty("id").GetString()!, document.RootElement.Clone());
        }
        return cases;
    }
}
