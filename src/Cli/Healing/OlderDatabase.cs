using Npgsql;
using Pipeline.Healing;
using Pipeline.Storage;

namespace Pipeline.Cli.Healing;

/// <summary>How the commands on an older layout use Postgres, and how they speak of what can go wrong there.</summary>
internal static class OlderDatabase
{
    /// <summary>Inside the schema of the older tables. Their size is unknown, so statements may take long.</summary>
    public static PostgresOptions Of(string schema) => new() { Schema = schema, CommandTimeout = TimeSpan.FromMinutes(10) };

    /// <summary>Runs some work and turns its expected failures into sentences.</summary>
    public static async Task<int> SpeakAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (LayoutException odd)
        {
            throw new PipelineException(odd.Message, odd.Advice, ExitCode.Usage, odd);
        }
        catch (BackfillRunningException running)
        {
            throw new PipelineException(running.Message, "Wait for it, or end it: what it has done stays, and the next run goes on.", inner: running);
        }
        catch (PostgresException fault)
        {
            throw new PipelineException($"Postgres: {fault.MessageText}", "What was committed stays; give the command again when the cause is gone.", inner: fault);
        }
        catch (NpgsqlException fault)
        {
            throw new PipelineException($"Postgres: {fault.Message}", "Is it running, and does --postgres (ConnectionStrings__Postgres) name it? What was committed stays; the next run goes on.", inner: fault);
        }
    }
}
