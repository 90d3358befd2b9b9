using Google.Protobuf.Reflection;

namespace Pipeline.ProtoCheck;

/// <summary>
/// Whether the schemas of today read what a release wrote: <c>BACKWARD</c> as Confluent's Schema Registry decides it for Protobuf, and
/// compared with every release it is <c>BACKWARD_TRANSITIVE</c>. Allowed as there: new messages, fields and enum values; a field of
/// another name; types of one wire group (<see cref="FieldTypes"/>); a removed field; one field that moves into a new oneof; fields that
/// leave one. Stricter than there, because a reader of these topics need not ask the registry for the writer's schema:
/// <list type="bullet">
/// <item>the number of a removed field or enum value must be reserved, so that nobody gives it another meaning;</item>
/// <item>a number of an enum keeps its name: nothing else would tell that it means something else now;</item>
/// <item>a message keeps its file, package and place in the file: the place is in the frame of every record;</item>
/// <item>singular and repeated do not change places, also for strings.</item>
/// </list>
/// </summary>
internal static class Compatibility
{
    /// <summary>Every reason against reading the old with the new.</summary>
    public static IEnumerable<Refusal> Compare(string release, IReadOnlyList<FileDescriptor> old, IReadOnlyList<FileDescriptor> now)
    {
        var files = now.ToDictionary(file => file.Name);
        foreach (var file in old)
        {
            if (!files.TryGetValue(file.Name, out var successor))
            {
                yield return new(file.Name, "the file", "is gone", "Keep the file: a schema in the registry refers to its imports by their path.", release);
                continue;
            }
            if (file.Package != successor.Package)
            {
                yield return new(file.Name, $"package {successor.Package}", $"was package {file.Package}", $"Take the name back; a new package belongs to new files and a new topic.", release);
                continue;
            }
            foreach (var refusal in Messages(release, file.MessageTypes, successor.MessageTypes).Concat(Enums(release, file.EnumTypes, successor.EnumTypes))) yield return refusal;
        }
    }

    private static IEnumerable<Refusal> Messages(string release, IList<MessageDescriptor> old, IList<MessageDescriptor> now)
    {
        foreach (var message in old)
        {
            // The entries of a map are compared as the field's type.
            if (message.GetOptions() is { MapEntry: true }) continue;
            if (now.FirstOrDefault(candidate => candidate.Name == message.Name) is not { } successor)
            {
                yield return new(message.File.Name, NameOf(message), "is gone", "Keep the message; a comment may say that nothing writes it any more.", release);
                continue;
            }
            if (message.Index != successor.Index)
                yield return new(message.File.Name, NameOf(message), $"is message {successor.Index + 1} of its {Holder(message)}, and was message {message.Index + 1}", "Add new messages behind the released ones, or in a file of their own: the place is written in front of every record.", release);

            foreach (var refusal in Fields(release, message, successor)
                .Concat(OneofRules.Compare(release, message, successor))
                .Concat(Messages(release, message.NestedTypes, successor.NestedTypes))
                .Concat(Enums(release, message.EnumTypes, successor.EnumTypes))) yield return refusal;
        }
    }

    private static IEnumerable<Refusal> Fields(string release, MessageDescriptor old, MessageDescriptor now)
    {
        foreach (var field in old.Fields.InDeclarationOrder())
        {
            var place = $"{NameOf(old)}.{field.Name} = {field.FieldNumber}";
            if (now.FindFieldByNumber(field.FieldNumber) is not { } successor)
            {
                if (!IsReserved(now, field.FieldNumber))
                    yield return new(old.File.Name, place, "is gone and its number is free", $"Write `reserved {field.FieldNumber};` in {now.Name}, so that no later field is read from old records.", release);
                continue;
            }
            if (field.IsRepeated != successor.IsRepeated || field.IsMap != successor.IsMap)
                yield return new(old.File.Name, place, $"is {Label(successor)} now, and was {Label(field)}", "Leave the field as it was and add a new one with a new number.", release);
            else if (FieldTypes.WhyNot(field, successor) is { } reason)
                yield return new(old.File.Name, place, reason, "Leave the field as it was and add a new one with a new number.", release);
        }
        foreach (var field in now.Fields.InDeclarationOrder())
        {
            if (IsReserved(old, field.FieldNumber))
                yield return new(old.File.Name, $"{NameOf(now)}.{field.Name} = {field.FieldNumber}", "takes a reserved number", "Take a number that no release has used or reserved.", release);
        }
    }

    private static IEnumerable<Refusal> Enums(string release, IList<EnumDescriptor> old, IList<EnumDescriptor> now)
    {
        foreach (var kind in old)
        {
            // An enum that is gone matters only where a field had its type, and numbers of one wire group read each other.
            if (now.FirstOrDefault(candidate => candidate.Name == kind.Name) is not { } successor) continue;
            foreach (var value in kind.Values)
            {
                var place = $"{NameOf(kind)}.{value.Name} = {value.Number}";
                var heirs = successor.Values.Where(candidate => candidate.Number == value.Number).ToList();
                if (heirs.Count == 0)
                {
                    if (!IsReserved(successor, value.Number))
                        yield return new(kind.File.Name, place, "is gone and its number is free", $"Write `reserved {value.Number};` in {kind.Name}, so that no later value is read from old records.", release);
                }
                else if (heirs.All(heir => heir.Name != value.Name))
                {
                    yield return new(kind.File.Name, place, $"is called {heirs[0].Name} now", "Keep the name, and give what is new a new number.", release);
                }
            }
        }
    }

    private static bool IsReserved(MessageDescriptor message, int number) =>
        message.ToProto().ReservedRange.Any(range => number >= range.Start && number < range.End);

    // Ranges of an enum include their end, those of a message do not.
    private static bool IsReserved(EnumDescriptor kind, int number) =>
        kind.ToProto().ReservedRange.Any(range => number >= range.Start && number <= range.End);

    private static string Label(FieldDescriptor field) => field.IsMap ? "a map" : field.IsRepeated ? "repeated" : "singular";

    private static string Holder(MessageDescriptor message) => message.ContainingType is null ? "file" : "message";

    /// <summary>The name without its package, as it is written in the file.</summary>
    internal static string NameOf(DescriptorBase described) =>
        described.FullName[(described.File.Package.Length == 0 ? 0 : described.File.Package.Length + 1)..];
}
