using Google.Protobuf.Reflection;

namespace Pipeline.ProtoCheck;

/// <summary>
/// Which types of a field read one another: those that share a form on the wire, grouped as Confluent's Schema Registry groups them
/// (after “Updating A Message Type” of the Protobuf manual).
/// </summary>
internal static class FieldTypes
{
    /// <summary>Why a field cannot be read with its new type, or null.</summary>
    public static string? WhyNot(FieldDescriptor old, FieldDescriptor now)
    {
        if (old.IsMap)
        {
            foreach (var part in new[] { 1, 2 })
                if (WhyNot(old.MessageType.FindFieldByNumber(part), now.MessageType.FindFieldByNumber(part)) is { } reason) return $"as a map, its {(part == 1 ? "key" : "value")} {reason}";
            return null;
        }
        if (old.FieldType == FieldType.Message && now.FieldType == FieldType.Message)
            return old.MessageType.FullName == now.MessageType.FullName ? null : Changed(old, now);
        return GroupOf(old.FieldType) == GroupOf(now.FieldType) ? null : Changed(old, now);
    }

    private static string Changed(FieldDescriptor old, FieldDescriptor now) => $"has type {Word(now)} now, and had {Word(old)}";

    private static string Word(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
        _ => field.FieldType.ToString().ToLowerInvariant(),
    };

    // The first of each group stands for it.
    private static FieldType GroupOf(FieldType type) => type switch
    {
        FieldType.Int64 or FieldType.UInt32 or FieldType.UInt64 or FieldType.Bool or FieldType.Enum => FieldType.Int32,
        FieldType.SInt64 => FieldType.SInt32,
        FieldType.Bytes => FieldType.String,
        FieldType.SFixed32 => FieldType.Fixed32,
        FieldType.SFixed64 => FieldType.Fixed64,
        _ => type,
    };
}
