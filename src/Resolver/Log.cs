namespace Pipeline.Resolver;

/// <summary>Everything the Resolver can say.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "An answer of the resolve endpoint could not be written down yet ({Fault}); trying again.")]
    public static partial void AnswerWaits(this ILogger log, string fault);

    [LoggerMessage(2002, LogLevel.Warning, "The parked LIDs could not be looked at ({Fault}); they wait for the next round.")]
    public static partial void RecheckFailed(this ILogger log, string fault);

    [LoggerMessage(2003, LogLevel.Information, "Redis was empty and has been filled from Postgres: {Entries} entries.")]
    public static partial void RedisFilled(this ILogger log, long entries);

    [LoggerMessage(2004, LogLevel.Warning, "Redis could not be filled from Postgres ({Fault}); Postgres is asked instead until it can.")]
    public static partial void RefillFailed(this ILogger log, string fault);
}
