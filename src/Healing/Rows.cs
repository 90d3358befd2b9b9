using Npgsql;

namespace Pipeline.Healing;

/// <summary>Statements over whole columns of values, inside a transaction of <see cref="Transactions"/>.</summary>
internal static class Rows
{
    /// <summary>
    /// Locks rows in the order of their numbers: two that lock several rows in one order never wait for each other in a circle.
    /// </summary>
    public static Task LockAsync(NpgsqlConnection connection, string table, long[] ids, CancellationToken cancellation) =>
        RunAsync(connection, $"SELECT FROM {table} WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE", cancellation, Pipeline.Storage.BatchStatements.Column(ids));

    /// <summary>One number, such as the business.</summary>
    public static NpgsqlParameter Of(long value) => new NpgsqlParameter<long> { TypedValue = value };

    /// <summary>Runs a statement.</summary>
    public static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params NpgsqlParameter[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Runs a statement that returns the numbers of rows.</summary>
    public static async Task<HashSet<long>> IdsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params NpgsqlParameter[] values) =>
        [.. await ListAsync(connection, sql, row => row.GetInt64(0), cancellation, values)];

    /// <summary>Runs a statement that returns rows.</summary>
    public static async Task<List<T>> ListAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params NpgsqlParameter[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(values);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellation)) found.Add(read(rows));
        return found;
    }
}
