using Google.Protobuf.Reflection;

namespace Pipeline.ProtoCheck;

/// <summary>
/// What may happen to oneofs, as Confluent's Schema Registry decides it. The fields of a oneof exclude one another: a reader that makes
/// two fields exclusive, which a writer could set both, drops one of them. The invisible oneof of a proto3 <c>optional</c> is none.
/// </summary>
internal static class OneofRules
{
    /// <summary>Every reason against reading the old with the new.</summary>
    public static IEnumerable<Refusal> Compare(string release, MessageDescriptor old, MessageDescriptor now)
    {
        var name = Compatibility.NameOf(old);
        foreach (var oneof in now.Oneofs.Where(oneof => !oneof.IsSynthetic))
        {
            // Where each field comes from: a oneof that it shared with others, or nowhere (then it is alone). New fields exclude nothing old.
            var origins = oneof.Fields.Select(field => old.FindFieldByNumber(field.FieldNumber)).Where(field => field is not null)
                .Select(field => field.RealContainingOneof?.Name ?? $"field {field.FieldNumber}").Distinct().ToList();
            if (origins.Count > 1)
                yield return new(old.File.Name, $"{name}.{oneof.Name}", "holds fields that a writer could set together", "Leave released fields where they are, and put new fields (with new numbers) into the oneof.", release);
        }

        foreach (var oneof in old.Oneofs.Where(oneof => !oneof.IsSynthetic))
        {
            var gone = oneof.Fields.Where(field => now.FindFieldByNumber(field.FieldNumber) is null).ToList();
            // A oneof that is gone altogether is like removed fields.
            if (gone.Count == oneof.Fields.Count && now.Oneofs.All(other => other.Name != oneof.Name)) continue;
            foreach (var field in gone)
                yield return new(old.File.Name, $"{name}.{field.Name} = {field.FieldNumber}", $"is gone from the oneof {oneof.Name}", "Keep the field: without it a reader sees an event in which nothing happened.", release);
        }
    }
}
