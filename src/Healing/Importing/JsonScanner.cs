namespace Pipeline.Healing.Importing;

/// <summary>
/// Cuts JSON values out of a file of any size by nothing but brackets and quotes, so that a value which is no JSON inside is one bad item
/// and not the end of the file. Holds a megabyte of the file and the value that was cut last.
/// </summary>
internal sealed class JsonScanner(Stream stream)
{
    private readonly byte[] buffer = new byte[1 << 20];
    private byte[] held = new byte[1 << 12];
    private int heldLength;
    private long bufferStart;
    private int at;
    private int length;

    /// <summary>How a cut ended.</summary>
    public enum Cut
    {
        /// <summary>The value is there.</summary>
        Whole,

        /// <summary>The value is longer than was asked for; it has been read to its end.</summary>
        TooLong,

        /// <summary>The file ended inside the value.</summary>
        FileEnded,
    }

    /// <summary>The line of the next byte, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The place of the next byte in the file.</summary>
    public long Position => bufferStart + at;

    /// <summary>What was cut last.</summary>
    public ReadOnlyMemory<byte> Value => held.AsMemory(0, heldLength);

    /// <summary>Goes back to a place that was read before.</summary>
    public void Return(long position, long line)
    {
        stream.Position = position;
        (bufferStart, at, length, Line) = (position, 0, 0, line);
    }

    /// <summary>The next byte that says something, without taking it; -1 at the end. Blanks, commas and a byte order mark say nothing.</summary>
    public int Next()
    {
        for (var b = Peek(); ; b = Peek())
        {
            if (b is not (' ' or '\t' or '\r' or '\n' or ',' or 0xEF or 0xBB or 0xBF)) return b;
            Take();
        }
    }

    /// <summary>Takes the byte that <see cref="Next"/> has answered.</summary>
    public void Take()
    {
        if (buffer[at++] == '\n') Line++;
    }

    /// <summary>Takes the value that begins at the next byte.</summary>
    /// <param name="limit">More bytes than this are not kept.</param>
    public Cut TakeValue(int limit)
    {
        heldLength = 0;
        var taken = 0L;
        var depth = 0;
        var (inText, escaped) = (false, false);
        for (var b = Peek(); b >= 0; b = Peek())
        {
            var ends = false;
            if (inText)
            {
                inText = escaped || b != '"';
                escaped = !escaped && b == '\\';
                ends = !inText && depth == 0;
            }
            else if (b == '"') inText = true;
            else if (b is '{' or '[') depth++;
            else if (b is '}' or ']')
            {
                if (depth == 0) break;
                ends = --depth == 0;
            }
            else if (depth == 0 && b is ',' or ' ' or '\t' or '\r' or '\n' && depth == 0) break;

            Keep((byte)b, taken++, limit);
            Take();
            if (ends) return taken > limit ? Cut.TooLong : Cut.Whole;
        }
        if (depth > 0 || inText || taken == 0) return Cut.FileEnded;
        return taken > limit ? Cut.TooLong : Cut.Whole;
    }

    /// <summary>Takes the rest of the line, without its end.</summary>
    public Cut TakeLine(int limit)
    {
        heldLength = 0;
        var taken = 0L;
        int b;
        while ((b = Peek()) >= 0)
        {
            Take();
            if (b == '\n') break;
            Keep((byte)b, taken++, limit);
        }
        if (b < 0 && taken == 0) return Cut.FileEnded;
        return taken > limit ? Cut.TooLong : Cut.Whole;
    }

    private void Keep(byte b, long taken, int limit)
    {
        if (taken >= limit) return;
        if (heldLength == held.Length) Array.Resize(ref held, Math.Min(held.Length * 2, Math.Max(limit, held.Length + 1)));
        held[heldLength++] = b;
    }

    private int Peek()
    {
        if (at < length) return buffer[at];
        bufferStart += length;
        at = 0;
        length = stream.Read(buffer);
        return length > 0 ? buffer[0] : -1;
    }
}
