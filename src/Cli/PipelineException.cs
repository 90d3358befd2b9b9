namespace Pipeline.Cli;

/// <summary>An expected end of a command: what happened, what to do about it, and the exit code. Shown without a stack trace.</summary>
/// <param name="message">What happened, one sentence.</param>
/// <param name="advice">What the user can do now; may have several lines; null when the message says it all.</param>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
internal sealed class PipelineException(string message, string? advice = null, int exitCode = ExitCode.Failed, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What the user can do now, or null.</summary>
    public string? Advice { get; } = advice;

    /// <summary>What the program ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
