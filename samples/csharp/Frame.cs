namespace Samples.ReadLinked;

/// <summary>
/// Confluent's frame in front of a protobuf value: a zero byte, the schema id (4 bytes), then which message of the schema's file it is:
/// a count and that many indexes, each a zigzag varint. The single byte 0 stands for the file's first message.
/// </summary>
internal static class Frame
{
    /// <summary>The value without its frame.</summary>
    /// <exception cref="InvalidDataException">There is no frame.</exception>
    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> value)
    {
        if (value.Length < 6 || value[0] != 0) throw new InvalidDataException("The value has no frame.");
        var at = 5;
        for (var left = ReadVarint(value, ref at); left > 0; left--) ReadVarint(value, ref at);
        return value[at..];
    }

    private static int ReadVarint(ReadOnlySpan<byte> value, ref int at)
    {
        var number = 0u;
        for (var shift = 0; at < value.Length; shift += 7)
        {
            var next = value[at++];
            number |= (next & 0x7fu) << shift;
            if (next < 0x80) return (int)(number >> 1) ^ -(int)(number & 1);
        }
        throw new InvalidDataException("The frame does not end.");
    }
}
