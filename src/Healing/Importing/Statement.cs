using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>Where an export says that a LID is a phone.</summary>
/// <param name="Grade">How far it is trusted.</param>
/// <param name="At">When it was said, where the export tells.</param>
/// <param name="Field">The field.</param>
/// <param name="Line">The line of the file.</param>
public readonly record struct Statement(MappingGrade Grade, DateTimeOffset? At, string Field, long Line)
{
    /// <summary>This one stands against the other: said about the account itself rather than in bulk, then later.</summary>
    public bool Outranks(Statement other) =>
        Grade != other.Grade ? Grade > other.Grade : (At ?? DateTimeOffset.MinValue) > (other.At ?? DateTimeOffset.MinValue);
}
