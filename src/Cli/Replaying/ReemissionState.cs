using System.Text.Json;

namespace Pipeline.Cli.Replaying;

/// <summary>How far a re-emission has come. Kept in a file of the data folder after each acknowledged write, so that it can go on after a kill.</summary>
internal sealed record ReemissionState
{
    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Its name, and the value of the header <c>replay-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The topic that is read and written.</summary>
    public required string Topic { get; init; }

    /// <summary>The businesses whose records are written again; none for all.</summary>
    public required IReadOnlyList<long> Businesses { get; init; }

    /// <summary>Whether the Resolver is told to ask nobody.</summary>
    public required bool CacheOnly { get; init; }

    /// <summary>Records a second; null for no limit.</summary>
    public int? Rate { get; init; }

    /// <summary>What is left, by partition.</summary>
    public required IReadOnlyList<Range> Ranges { get; set; }

    /// <summary>Records written so far.</summary>
    public long Written { get; set; }

    /// <summary>A part of a partition.</summary>
    /// <param name="Partition">Partition.</param>
    /// <param name="Next">The next offset to read.</param>
    /// <param name="End">The first offset that is not read any more.</param>
    public sealed record Range(int Partition, long Next, long End);

    /// <summary>Reads the state of one that was interrupted.</summary>
    /// <exception cref="PipelineException">There is none of that name.</exception>
    public static ReemissionState Load(string folder, string id)
    {
        try
        {
            if (id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') && JsonSerializer.Deserialize<ReemissionState>(File.ReadAllText(FileOf(folder, id)), Form) is { } state) return state;
        }
        catch (Exception missing) when (missing is IOException or JsonException)
        {
            // Told below.
        }
        var known = Directory.GetFiles(folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order().ToList();
        throw new PipelineException($"There is no replay '{id}' to resume.", known.Count > 0 ? "There are: " + string.Join(", ", known) : "One that has finished leaves nothing to resume.", ExitCode.Usage);
    }

    /// <summary>Writes the state, in one step.</summary>
    public void Save(string folder)
    {
        var file = FileOf(folder, Id);
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(this, Form));
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>It has finished.</summary>
    public void Remove(string folder) => File.Delete(FileOf(folder, Id));

    private static string FileOf(string folder, string id) => Path.Combine(folder, id + ".json");
}
