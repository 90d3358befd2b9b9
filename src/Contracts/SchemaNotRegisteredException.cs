namespace Pipeline.Contracts;

/// <summary>The Schema Registry answered, and does not know a schema that this build writes with.</summary>
public sealed class SchemaNotRegisteredException : Exception
{
    /// <param name="subject">The subject that was asked.</param>
    public SchemaNotRegisteredException(string subject)
        : base($"The Schema Registry does not know this build's schema under '{subject}'. Register it first: pipeline schemas register") => Subject = subject;

    /// <summary>The subject that was asked.</summary>
    public string Subject { get; }
}
