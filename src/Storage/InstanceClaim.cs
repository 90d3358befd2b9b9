using Npgsql;

namespace Pipeline.Storage;

/// <summary>
/// Keeps two running copies of a service from bearing one name (<c>Kafka:InstanceId</c>): Kafka would take the older one for dead, and the
/// two would throw each other out in turns. The claim is a lock in Postgres that ends with the connection, so with the process.
/// </summary>
public sealed class InstanceClaim(NpgsqlDataSource database, string service, string? instance, TimeProvider time) : IAsyncDisposable
{
    // Postgres notices within moments that a killed process is gone; a little longer where a proxy lies between.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    private NpgsqlConnection? connection;

    /// <summary>Claims the name; does nothing when there is none.</summary>
    /// <exception cref="InvalidOperationException">Another running process bears it.</exception>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(instance) || connection is not null) return;
        var own = await database.OpenConnectionAsync(cancellation);
        try
        {
            var begun = time.GetTimestamp();
            while (!await TryLockAsync(own, cancellation))
            {
                if (time.GetElapsedTime(begun) > Patience)
                    throw new InvalidOperationException($"Kafka:InstanceId: another running {service} bears the name '{instance}'. Every copy needs a name of its own, or none.");
                await Task.Delay(AskEvery, time, cancellation);
            }
            (connection, own) = (own, null);
        }
        finally
        {
            if (own is not null) await own.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connection is null) return;
        try
        {
            // Back in the pool the connection would keep the lock until somebody uses it again.
            await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
            await release.ExecuteNonQueryAsync();
        }
        catch (Exception gone) when (gone is NpgsqlException or InvalidOperationException)
        {
            // The connection has ended before us, and the lock with it.
        }
        await connection.DisposeAsync();
        connection = null;
    }

    private async Task<bool> TryLockAsync(NpgsqlConnection own, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", own);
        ask.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{service}/{instance}" });
        return (bool)(await ask.ExecuteScalarAsync(cancellation))!;
    }
}
