namespace Pipeline.Healing.Importing;

/// <summary>One chat that has to be merged into another.</summary>
/// <param name="Survivor">The chat that stays: the one with the newest message.</param>
/// <param name="Absorbed">The chat that goes into it.</param>
/// <param name="Reason">Why the two are one person, one of <see cref="MergeReason"/>.</param>
/// <param name="Evidence">Where the export says so: fields and lines.</param>
public sealed record MergeRow(ExportedChat Survivor, ExportedChat Absorbed, string Reason, string Evidence);

/// <summary>Why two chats are one person.</summary>
public static class MergeReason
{
    /// <summary>The same address, once with the number of a device.</summary>
    public const string Device = "device";

    /// <summary>The same address in two spellings of the server.</summary>
    public const string Spelling = "spelling";

    /// <summary>The same address on two contacts.</summary>
    public const string SameAddress = "same-address";

    /// <summary>Two spellings of one number: Brazil, Mexico, Argentina.</summary>
    public const string NumberForm = "number-form";

    /// <summary>The export says that the LID is the phone.</summary>
    public const string LidIsPhone = "lid-is-phone";

    /// <summary>The digits of the LID had been taken for a phone.</summary>
    public const string LidTakenForPhone = "lid-taken-for-phone";
}

/// <summary>Something an operator should know of that leads to no merge.</summary>
/// <param name="Kind">One of <see cref="FindingKind"/>.</param>
/// <param name="What">The LID, address or number.</param>
/// <param name="Where">The chat or the line.</param>
/// <param name="Why">In words.</param>
public sealed record ImportFinding(string Kind, string What, string Where, string Why);

/// <summary>What an <see cref="ImportFinding"/> is about.</summary>
public static class FindingKind
{
    /// <summary>A LID whose phone the export does not say.</summary>
    public const string LidWithoutPhone = "lid-without-phone";

    /// <summary>Digits of a LID, or no number at all, where a phone should be.</summary>
    public const string FakePhone = "fake-phone";

    /// <summary>Statements that cannot all be true.</summary>
    public const string Contradiction = "contradiction";
}
