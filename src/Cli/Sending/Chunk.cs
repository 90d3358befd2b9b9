namespace Pipeline.Cli.Sending;

/// <summary>The lines of one request: consecutive lines of one business and one source.</summary>
internal sealed class Chunk(long business, string source)
{
    /// <summary>The most lines in one request.</summary>
    public const int MostLines = 256;

    /// <summary>The most bytes in one request. A single longer line goes alone.</summary>
    public const int MostBytes = 512 * 1024;

    private readonly List<InputLine> lines = [];

    /// <summary>The business all lines belong to.</summary>
    public long Business { get; } = business;

    /// <summary>The source all lines have.</summary>
    public string Source { get; } = source;

    /// <summary>The lines in the file's order.</summary>
    public IReadOnlyList<InputLine> Lines => lines;

    /// <summary>Bytes of the body: the lines and their line ends.</summary>
    public int Bytes { get; private set; }

    /// <summary>Whether the line may join.</summary>
    public bool Takes(InputLine line) =>
        line.Source == Source && lines.Count < MostLines && (lines.Count == 0 || Bytes + line.Json.Length + 1 <= MostBytes);

    /// <summary>Adds a line.</summary>
    public void Add(InputLine line)
    {
        lines.Add(line);
        Bytes += line.Json.Length + 1;
    }

    /// <summary>The request's body: newline-delimited JSON.</summary>
    public byte[] ToBody()
    {
        var body = new byte[Bytes];
        var at = 0;
        foreach (var line in lines)
        {
            line.Json.CopyTo(body.AsMemory(at));
            at += line.Json.Length;
            body[at++] = (byte)'\n';
        }
        return body;
    }
}
