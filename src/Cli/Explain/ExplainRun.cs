using Npgsql;
using Pipeline.Cli.Operations;

namespace Pipeline.Cli.Explain;

/// <summary>Finds out why the product believes what it believes, and tells it. Nothing is changed, nothing is logged.</summary>
internal sealed class ExplainRun(Terminal terminal, TimeProvider clock)
{
    /// <summary>What to explain.</summary>
    /// <param name="BusinessId">The business; nothing of another one is shown.</param>
    /// <param name="Asked">The reference.</param>
    /// <param name="WithText">Whether texts of messages are shown.</param>
    /// <param name="Json">Whether the answer is JSON.</param>
    /// <param name="Patience">How long the raw topic is looked through.</param>
    public sealed record Request(long BusinessId, Reference Asked, bool WithText, bool Json, TimeSpan Patience);

    /// <summary>Explains.</summary>
    /// <returns>The exit code: 0 when something was found.</returns>
    /// <exception cref="PipelineException">It did not work.</exception>
    public async Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken cancellation)
    {
        var explanation = await ExplainAsync(request, tools, cancellation);
        if (request.Json) terminal.Say(ExplanationJson.Write(explanation));
        else if (explanation.HasFound) new ExplanationText(terminal).Write(explanation);
        if (explanation.HasFound) return ExitCode.Ok;
        throw new PipelineException(Terminal.Harmless($"Business {request.BusinessId} has nothing about {request.Asked.Word} {request.Asked.Understood}."), AdviceFor(explanation));
    }

    private async Task<Explanation> ExplainAsync(Request request, OperatingTools tools, CancellationToken cancellation)
    {
        await using var database = tools.OpenDatabase();
        var stored = new ExplanationReader(database, tools.Topics.Raw, request.WithText);
        var raw = new RawReader(tools.Topics, tools.TopicReader, tools.DeadLetterReader, tools.LagReader, request.WithText, terminal, clock);
        try
        {
            if (request.Asked is Reference.Event one)
                return await stored.LoadAsync(request.BusinessId, request.Asked, await raw.ReadAsync(request.BusinessId, one.Position, request.Patience, cancellation), cancellation);

            var explanation = await stored.LoadAsync(request.BusinessId, request.Asked, search: null, cancellation);
            if (request.Asked is not Reference.Message message || explanation.Messages.Count > 0) return explanation;
            return await stored.LoadAsync(request.BusinessId, request.Asked, await raw.FindAsync(request.BusinessId, message.Id, request.Patience, cancellation), cancellation);
        }
        catch (PostgresException old) when (old.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            throw new PipelineException($"The tables in schema '{tools.Postgres.Schema}' are not those of this version.", "./pipeline migrate brings them up to date; --schema (Postgres__Schema) names another schema.", inner: old);
        }
        catch (NpgsqlException fault)
        {
            throw new PipelineException($"Postgres: {fault.Message}", "Is it running, and does --postgres (ConnectionStrings__Postgres) name it?", inner: fault);
        }
    }

    private static string AdviceFor(Explanation nothing) => nothing switch
    {
        { Raw: { End: RawSearchEnd.Unreachable } raw } => $"It is not in Postgres. Kafka did not answer, so {raw.Topic} was not looked through.",
        { Raw: { End: RawSearchEnd.OutOfTime } raw } => $"It is not in Postgres. The time was up after {raw.Looked} of {raw.Held} records of {raw.Topic}; --patience looks longer.",
        { Raw: { } raw } => $"It is not in Postgres, and not among the {raw.Held} records that {raw.Topic} holds.",
        { Asked: Reference.OfPhone phone } => $"Nobody with this phone has written, and nothing has stated it. Digits of a LID are no phone: --lid {phone.Phone.Digits}",
        { Asked: Reference.OfLid } => "Its LID table has no phone for it, nobody is asked about it, and nobody has written from it. Whoever only wrote in groups is found by --message.",
        _ => "A conversation is named by its key, an old key, or its number.",
    };
}
