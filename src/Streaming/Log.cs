using System.Data.Common;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>
/// Everything this project can say. Error = data set aside or the process ends, Warning = we cope, Information = start and stop.
/// Never a key, a value or an address.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Critical, "{What} The service stops. {Fault}")]
    public static partial void Failed(this ILogger log, string what, string fault);

    [LoggerMessage(2, LogLevel.Information, "Reading {Topic} as group {Group}")]
    public static partial void Started(this ILogger log, string topic, string group);

    [LoggerMessage(3, LogLevel.Information, "Stopped reading {Topic} after {Elapsed:0.0} s; everything finished is committed")]
    public static partial void Stopped(this ILogger log, string topic, double elapsed);

    [LoggerMessage(4, LogLevel.Warning, "Stopping: the batch in flight did not finish within {Limit:0.0} s and will be read again by the next start")]
    public static partial void Abandoned(this ILogger log, double limit);

    [LoggerMessage(10, LogLevel.Information, "Assigned {Count} partitions of {Topic}: {Partitions}")]
    public static partial void Assigned(this ILogger log, int count, string topic, string partitions);

    [LoggerMessage(11, LogLevel.Information, "Gave back {Count} partitions of {Topic}")]
    public static partial void Revoked(this ILogger log, int count, string topic);

    [LoggerMessage(12, LogLevel.Warning, "Lost {Count} partitions of {Topic}: this member was silent for too long; their new owner repeats what was not committed")]
    public static partial void Lost(this ILogger log, int count, string topic);

    [LoggerMessage(13, LogLevel.Warning, "The batch in flight did not finish within {Limit:0.0} s of a rebalance; its partitions' next owner repeats it")]
    public static partial void DrainTimedOut(this ILogger log, double limit);

    [LoggerMessage(14, LogLevel.Debug, "The stage is behind: reading is paused")]
    public static partial void Paused(this ILogger log);

    [LoggerMessage(15, LogLevel.Debug, "Reading goes on")]
    public static partial void Resumed(this ILogger log);

    [LoggerMessage(16, LogLevel.Warning, "Positions were not committed, the next commit covers them: {Code}, {Reason}")]
    public static partial void CommitFailed(this ILogger log, ErrorCode code, string reason);

    [LoggerMessage(19, LogLevel.Debug, "Positions were not committed because the group rebalances")]
    public static partial void CommitRefused(this ILogger log);

    [LoggerMessage(17, LogLevel.Warning, "Reading: {Code}, {Reason}")]
    public static partial void ConsumeError(this ILogger log, ErrorCode code, string reason);

    [LoggerMessage(18, LogLevel.Information, "Going back to {Position}")]
    public static partial void Rewound(this ILogger log, Position position);

    [LoggerMessage(26, LogLevel.Information, "Kafka's position {Position} lies before the stored one, {Stored}: reading again from there")]
    public static partial void SetBack(this ILogger log, Position position, long stored);

    [LoggerMessage(27, LogLevel.Warning, "Kafka's position {Position} lies behind the stored one, {Stored}, and is not followed: skipping could lose records. pipeline replay moves both")]
    public static partial void Ahead(this ILogger log, Position position, long stored);

    [LoggerMessage(20, LogLevel.Warning, "A batch of {Records} records waits for something that passes by itself (attempt {Attempt}, next in {Wait:0.0} s): {Fault}")]
    public static partial void Transient(this ILogger log, int records, int attempt, double wait, string fault);

    [LoggerMessage(21, LogLevel.Error, "A batch of {Records} records failed by a bug (attempt {Attempt}): {Fault}")]
    public static partial void Bug(this ILogger log, int records, int attempt, string fault);

    [LoggerMessage(25, LogLevel.Debug, "Looking for the record that causes it: {Records} records failed (attempt {Attempt})")]
    public static partial void Halving(this ILogger log, int records, int attempt);

    [LoggerMessage(22, LogLevel.Error, "Set aside {Position} to its dead-letter topic: {Reason}")]
    public static partial void SetAside(this ILogger log, Position position, string reason);

    [LoggerMessage(23, LogLevel.Warning, "The stored positions are not the expected ones; loading them again: {Reason}")]
    public static partial void PositionConflict(this ILogger log, string reason);

    [LoggerMessage(24, LogLevel.Error, "Kafka refused what the batch wrote; the batch is repeated (attempt {Attempt}, next in {Wait:0.0} s): {Reason}")]
    public static partial void DeliveryFailed(this ILogger log, int attempt, double wait, string reason);

    [LoggerMessage(28, LogLevel.Warning, "A transaction was aborted and is repeated (attempt {Attempt}): {Reason}")]
    public static partial void TransactionAborted(this ILogger log, int attempt, string reason);

    [LoggerMessage(29, LogLevel.Warning, "The {How} of a transaction took {Elapsed:0.0} s; the producer is made anew, so that a late answer cannot touch the next one")]
    public static partial void SlowTransaction(this ILogger log, string how, double elapsed);

    [LoggerMessage(30, LogLevel.Information, "At start: {What}")]
    public static partial void StartUp(this ILogger log, string what);

    [LoggerMessage(31, LogLevel.Warning, "At start: {What} waits (attempt {Attempt}, next in {Wait:0.0} s): {Fault}")]
    public static partial void StartUpWaits(this ILogger log, string what, int attempt, double wait, string fault);

    [LoggerMessage(32, LogLevel.Information, "Listening on {Url}")]
    public static partial void Listening(this ILogger log, string url);

    [LoggerMessage(40, LogLevel.Warning, "Kafka {Client}: {Code}, {Reason}")]
    public static partial void ClientError(this ILogger log, string client, ErrorCode code, string reason);

    [LoggerMessage(41, LogLevel.Warning, "librdkafka: {Facility} {Text}")]
    private static partial void ClientWarning(this ILogger log, string facility, string text);

    [LoggerMessage(42, LogLevel.Debug, "librdkafka: {Facility} {Text}")]
    private static partial void ClientDebug(this ILogger log, string facility, string text);

    [LoggerMessage(43, LogLevel.Debug, "Statistics of {Bytes} bytes")]
    public static partial void Statistics(this ILogger log, int bytes);

    [LoggerMessage(50, LogLevel.Warning, "{Topic} is {Bytes} bytes ahead of {Group} on one partition; writing waits")]
    public static partial void BacklogHeld(this ILogger log, string topic, long bytes, string group);

    [LoggerMessage(51, LogLevel.Warning, "How far {Group} has come on {Topic} cannot be asked at the moment: {Reason}")]
    public static partial void BacklogUnknown(this ILogger log, string group, string topic, string reason);

    /// <summary>A line of librdkafka's own log.</summary>
    public static void Client(this ILogger log, LogMessage message)
    {
        if (message.Level <= SyslogLevel.Error) ClientWarning(log, message.Facility, message.Message);
        else ClientDebug(log, message.Facility, message.Message);
    }

    /// <summary>
    /// What may be said of a fault that passes by itself. Messages of such faults name hosts and time limits; those of databases can
    /// quote data, so there only the state code is given.
    /// </summary>
    public static string Describe(Exception fault) => fault switch
    {
        DbException database => $"{fault.GetType().Name} {database.SqlState}",
        { InnerException: { } inner } when inner is not DbException => $"{fault.GetType().Name}: {Shorten(fault.Message)} ({inner.GetType().Name}: {Shorten(inner.Message)})",
        _ => $"{fault.GetType().Name}: {Shorten(fault.Message)}",
    };

    /// <summary>What may be said of a bug: its type and where, without the message, which may quote the record.</summary>
    public static string DescribeBug(Exception bug)
    {
        var where = bug.StackTrace?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(8) ?? [];
        return $"{bug.GetType().FullName} {string.Join(" ", where)}";
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
