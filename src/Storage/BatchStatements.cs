using Npgsql;
using NpgsqlTypes;

namespace Pipeline.Storage;

/// <summary>Statements that travel together: several in one round trip, each over whole columns of values (<c>unnest</c>).</summary>
public static class BatchStatements
{
    /// <summary>Adds a statement.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sql">The statement; parameters are <c>$1</c>, <c>$2</c>, …</param>
    /// <param name="columns">Its parameters.</param>
    /// <returns>The statement, which knows how many rows it affected once the batch has been read to its end.</returns>
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> columns)
    {
        var statement = new NpgsqlBatchCommand(sql);
        foreach (var column in columns) statement.Parameters.Add(column);
        batch.BatchCommands.Add(statement);
        return statement;
    }

    /// <summary>A parameter whose Postgres type follows from the .NET type: <c>bigint[]</c>, <c>text[]</c>, <c>uuid[]</c>, …</summary>
    public static NpgsqlParameter Column<T>(T[] values) => new NpgsqlParameter<T[]> { TypedValue = values };

    /// <summary>A <c>timestamptz[]</c>. <see cref="DateTime.MinValue"/> is written as <c>-infinity</c>.</summary>
    public static NpgsqlParameter Column(DateTime[] values) =>
        new NpgsqlParameter<DateTime[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz };

    /// <summary>A <c>timestamptz[]</c> with unknown moments.</summary>
    public static NpgsqlParameter Column(DateTime?[] values) =>
        new NpgsqlParameter<DateTime?[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz };

    /// <summary>One <c>timestamptz</c>, cut to the microsecond that Postgres keeps.</summary>
    public static NpgsqlParameter<DateTime> Moment(DateTimeOffset at) =>
        new() { TypedValue = new DateTime(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc), NpgsqlDbType = NpgsqlDbType.TimestampTz };

    /// <summary>A <c>text[]</c> with unknown texts.</summary>
    public static NpgsqlParameter Column(string?[] values) =>
        new NpgsqlParameter<string?[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
