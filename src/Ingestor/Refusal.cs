namespace Pipeline.Ingestor;

/// <summary>Why an event was not accepted.</summary>
/// <param name="Status">The HTTP status when it stands alone in a request.</param>
/// <param name="Code">A short code, stable, for programs.</param>
/// <param name="Detail">One sentence for people: what is wrong and what to do. Never content of the event.</param>
public sealed record Refusal(int Status, string Code, string Detail)
{
    /// <summary>The body or line is not JSON.</summary>
    public static Refusal InvalidJson(string detail) => new(400, "invalid_json", detail);

    /// <summary>The JSON is not an event.</summary>
    public static Refusal InvalidType(string detail) => new(400, "invalid_type", detail);
}
