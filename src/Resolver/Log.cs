namespace Pipeline.Resolver;

/// <summary>Everything the Resolver can say.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "An answer of the resolve endpoint could not be written down yet ({Fault}); trying again.")]
    public static partial void AnswerWaits(this ILogger log, string fault);
}
