namespace Pipeline.Streaming;

/// <summary>What a stage decided about one input. A closed set: emit, skip, reject.</summary>
public abstract record Outcome
{
    private Outcome() { }

    /// <summary>The input has taken its effect and nothing follows from it. What the Sink answers for a stored message.</summary>
    public static Outcome Done { get; } = new Emit([]);

    /// <summary>Records follow from the input.</summary>
    public static Outcome Of(params IReadOnlyList<Output> records) => records.Count == 0 ? Done : new Emit(records);

    /// <summary>Write these records, in this order, and only then regard the input as done.</summary>
    public sealed record Emit(IReadOnlyList<Output> Records) : Outcome;

    /// <summary>Nothing follows, on purpose.</summary>
    /// <param name="Reason">A short code, counted by reason; never personal data.</param>
    public sealed record Skip(string Reason) : Outcome;

    /// <summary>The input can never succeed: it goes, unchanged, to the dead-letter topic.</summary>
    /// <param name="Reason">A short code, counted by reason; never personal data.</param>
    /// <param name="Detail">One sentence for the operator; never personal data.</param>
    /// <param name="EventId">The event id, where the input has one.</param>
    public sealed record Reject(string Reason, string Detail, string EventId = "") : Outcome
    {
        /// <summary>What follows from the input all the same, beside what is wrong with it. Written before the dead letter.</summary>
        public IReadOnlyList<Output> Records { get; init; } = [];
    }
}
