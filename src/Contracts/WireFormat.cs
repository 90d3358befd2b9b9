using System.Buffers.Binary;
using Google.Protobuf.Reflection;

namespace Pipeline.Contracts;

/// <summary>
/// Confluent's frame in front of a protobuf value: a zero byte, the schema id as four bytes big-endian, then the path of the message
/// type inside its file as zigzag varints — count first, and the single byte 0 for the common case of the file's first message.
/// Source: Confluent, “Wire format” in the Schema Registry documentation.
/// </summary>
public static class WireFormat
{
    /// <summary>First byte of every framed value.</summary>
    public const byte Magic = 0;

    /// <summary>Builds the frame of one message type under one schema id.</summary>
    public static byte[] Frame(int schemaId, MessageDescriptor type)
    {
        var frame = new List<byte>(8) { Magic, 0, 0, 0, 0 };
        BinaryPrimitives.WriteInt32BigEndian(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(frame)[1..], schemaId);

        var path = new Stack<int>();
        for (var at = type; at is not null; at = at.ContainingType) path.Push(at.Index);

        if (path.Count == 1 && path.Peek() == 0)
            frame.Add(0);
        else
        {
            WriteZigZag(frame, path.Count);
            foreach (var index in path) WriteZigZag(frame, index);
        }
        return [.. frame];
    }

    /// <summary>How many bytes the frame in front of a value takes. The message path is stepped over, not checked: the topic names the type.</summary>
    /// <exception cref="UndecodableRecordException">The bytes do not begin with a frame.</exception>
    public static int FrameLength(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) throw new UndecodableRecordException("empty_value", "The record has no value.");
        if (value[0] != Magic) throw new UndecodableRecordException("bad_magic", $"The value begins with byte 0x{value[0]:x2}, not with 0x00.");
        if (value.Length < 6) throw new UndecodableRecordException("bad_frame", $"A frame takes at least 6 bytes, the value has {value.Length}.");

        var at = 5;
        var count = ReadZigZag(value, ref at);
        // Deeper nesting than this is not a schema but noise.
        if (count is < 0 or > 64) throw new UndecodableRecordException("bad_frame", $"The frame names a message path of {count} steps.");
        for (var i = 0; i < count; i++) ReadZigZag(value, ref at);
        return at;
    }

    private static void WriteZigZag(List<byte> to, int value)
    {
        var rest = (uint)((value << 1) ^ (value >> 31));
        for (; rest >= 0x80; rest >>= 7) to.Add((byte)(rest | 0x80));
        to.Add((byte)rest);
    }

    private static int ReadZigZag(ReadOnlySpan<byte> from, ref int at)
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (at >= from.Length) break;
            var next = from[at++];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80) return (int)(value >> 1) ^ -(int)(value & 1);
        }
        throw new UndecodableRecordException("bad_frame", "The message path of the frame does not end.");
    }
}
