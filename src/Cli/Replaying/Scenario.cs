namespace Pipeline.Cli.Replaying;

/// <summary>Where to begin: the scenarios of <c>kafka-consumer-groups.sh --reset-offsets</c>.</summary>
internal abstract record Scenario
{
    private Scenario()
    {
    }

    /// <summary>At one offset on every partition.</summary>
    public sealed record ToOffset(long Offset) : Scenario;

    /// <summary>At the first record that is not before a time.</summary>
    public sealed record ToTime(DateTimeOffset Time) : Scenario;

    /// <summary>At the first record that is left.</summary>
    public sealed record ToEarliest : Scenario;

    /// <summary>Behind the last record.</summary>
    public sealed record ToLatest : Scenario;

    /// <summary>Where the group stands; behind the last record where it stands nowhere.</summary>
    public sealed record ToCurrent : Scenario;

    /// <summary>So many records after (or, negative, before) where the group stands.</summary>
    public sealed record ShiftBy(long Records) : Scenario;

    /// <summary>Where a plan says.</summary>
    public sealed record Planned(IReadOnlyList<PlanLine> Lines) : Scenario;
}
