namespace Pipeline.Resolver;

/// <summary>The end of one statement about a LID.</summary>
/// <param name="Row">What is known from now on.</param>
/// <param name="Stated">The statement's own phone, with all that was stated of it before.</param>
/// <param name="Previous">The phone that gave way; null unless replaced.</param>
/// <param name="Verdict">What happened.</param>
public sealed record MappingChange(LidRow Row, LidEntry Stated, LidEntry? Previous, MappingVerdict Verdict);
