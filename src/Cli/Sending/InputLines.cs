using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Pipeline.Cli.Sending;

/// <summary>Reads an input file: one JSON object a line. Blank lines are stepped over, bad ones are reported, the rest goes on.</summary>
internal static class InputLines
{
    // A full history-set of a large account; longer ones would only be refused by the Ingestor.
    private const int LongestLine = 16 * 1024 * 1024;

    /// <summary>Every line in order: what can be sent, and in its place what cannot.</summary>
    /// <param name="input">The file. UTF-8, with or without a byte order mark; lines end in LF or CRLF.</param>
    /// <param name="cancellation">Stops reading.</param>
    public static async IAsyncEnumerable<(InputLine? Line, RefusedLine? Refused)> ReadAsync(
        Stream input, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 256 * 1024, leaveOpen: true));
        var number = 0;
        // The rest of a line that was too long, which is read and thrown away.
        var skipping = false;
        while (true)
        {
            var result = await reader.ReadAsync(cancellation);
            var buffer = result.Buffer;
            while (TryTakeLine(ref buffer, result.IsCompleted, out var line))
            {
                if (skipping)
                {
                    skipping = false;
                    continue;
                }
                number++;
                if (Trimmed(line, number) is { Length: > 0 } content) yield return InputLineCheck.Check(number, content);
            }
            if (buffer.Length > LongestLine)
            {
                if (!skipping) yield return (null, new RefusedLine(++number, "too_large", $"The line is longer than {LongestLine / 1024 / 1024} MiB."));
                skipping = true;
                buffer = buffer.Slice(buffer.End);
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) break;
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool isEnd, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }
        if (!isEnd || buffer.IsEmpty) return false;
        line = buffer;
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private static byte[] Trimmed(ReadOnlySequence<byte> line, int number)
    {
        var bytes = line.ToArray().AsSpan();
        if (number == 1 && bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        return bytes.Trim(" \t\r"u8).ToArray();
    }
}
