using Npgsql;

namespace Pipeline.Healing;

/// <summary>
/// The one place where anything is tried again. Everything the backfill writes goes through here: a transaction that waits no longer than
/// two seconds for a lock, so that live traffic never queues behind it, and that begins again when live traffic was in its way.
/// </summary>
internal sealed class Transactions(NpgsqlDataSource database, TimeProvider clock)
{
    private const int Attempts = 12;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>How often something had to be tried again.</summary>
    public int Retries { get; private set; }

    /// <summary>Runs one transaction. What it does must bear being done again.</summary>
    public Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) => TryAsync(async () =>
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var limit = new NpgsqlCommand("SET LOCAL lock_timeout = '2s'", connection)) await limit.ExecuteNonQueryAsync(cancellation);
        var result = await work(connection);
        await transaction.CommitAsync(cancellation);
        return result;
    }, cancellation);

    /// <summary>Runs one statement that must not be in a transaction, such as <c>CREATE INDEX CONCURRENTLY</c>, however long it takes.</summary>
    public Task RunAloneAsync(string sql, CancellationToken cancellation) => TryAsync(async () =>
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
        return true;
    }, cancellation);

    private async Task<T> TryAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (PostgresException inTheWay) when (attempt < Attempts && IsPassing(inTheWay.SqlState))
            {
                Retries++;
                var pause = TimeSpan.FromMilliseconds(Math.Min(50 * Math.Pow(2, attempt - 1), LongestPause.TotalMilliseconds) * (0.5 + Random.Shared.NextDouble()));
                await Task.Delay(pause, clock, cancellation);
            }
        }
    }

    private static bool IsPassing(string state) =>
        state is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable;
}
