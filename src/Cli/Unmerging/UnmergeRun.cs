using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Identity;

namespace Pipeline.Cli.Unmerging;

/// <summary>Shows what holds people together, and takes them apart by denying a pair of LID and phone. Changes nothing unless told to.</summary>
internal sealed class UnmergeRun(Terminal terminal, TimeProvider clock)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>What to do.</summary>
    /// <param name="BusinessId">The business.</param>
    /// <param name="Pair">The pair and what is said of it; null to show a person only.</param>
    /// <param name="Conversation">The conversation whose person is shown.</param>
    /// <param name="Lead">The number of the person that is shown.</param>
    /// <param name="Execute">Whether it is said.</param>
    /// <param name="Json">Whether the answer is JSON.</param>
    /// <param name="Patience">How long to wait for what comes of it.</param>
    public sealed record Request(long BusinessId, Ruling? Pair, string? Conversation, long? Lead, bool Execute, bool Json, TimeSpan Patience);

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="PipelineException">It did not work.</exception>
    public async Task<int> RunAsync(Request request, OperatingTools tools, CancellationToken cancellation)
    {
        await using var database = tools.OpenDatabase();
        var people = new PeopleReader(database, request.BusinessId, tools.Topics.Raw);
        try
        {
            if (request.Pair is { } pair) await RuleAsync(request, pair, people, tools, cancellation);
            else await ShowAsync(request, people, cancellation);
            return ExitCode.Ok;
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

    private async Task ShowAsync(Request request, PeopleReader people, CancellationToken cancellation)
    {
        var number = request.Conversation is { } key ? await people.PersonOfConversationAsync(key, cancellation) : await people.PersonOfNumberAsync(request.Lead!.Value, cancellation);
        if (number is not { } found)
            throw new PipelineException(
                Terminal.Harmless($"Business {request.BusinessId} has no person behind {(request.Conversation is { } asked ? $"conversation {asked}" : $"lead {request.Lead}")}."),
                "A conversation is named by its key or an old key, a person by the number of the lead. Groups are no person.");
        var person = await people.PersonAsync(found, cancellation);
        if (request.Json) terminal.Say(UnmergeJson.OfPerson(request.BusinessId, person));
        else new UnmergeText(terminal).WritePerson(request.BusinessId, person);
    }

    private async Task RuleAsync(Request request, Ruling ruling, PeopleReader people, OperatingTools tools, CancellationToken cancellation)
    {
        var before = await FactsAsync(ruling, people, cancellation);
        var text = new UnmergeText(terminal);
        if (!request.Execute)
        {
            if (request.Json) terminal.Say(UnmergeJson.OfPair(request.BusinessId, before, said: null, after: null));
            else text.WritePlan(request.BusinessId, before);
            return;
        }

        if (!request.Json) text.WritePlan(request.BusinessId, before, isPlan: false);
        var (eventId, at) = await OperatorWord.SayAsync(tools, request.BusinessId, ruling, clock.GetUtcNow(), cancellation);
        var after = await AfterAsync(request, before, people, eventId, at, cancellation);
        if (request.Json) terminal.Say(UnmergeJson.OfPair(request.BusinessId, before, eventId, after));
        else text.WriteResult(eventId, after);
    }

    private static async Task<PairFacts> FactsAsync(Ruling ruling, PeopleReader people, CancellationToken cancellation)
    {
        var (ofLid, ofPhone) = (await people.PersonOfAsync(Address.Of(ruling.Lid), cancellation), await people.PersonOfAsync(Address.Of(ruling.Phone), cancellation));
        return new PairFacts
        {
            Ruling = ruling,
            Standing = await people.RulingAsync(ruling.Lid, ruling.Phone, cancellation),
            Stated = await people.EvidenceAsync(ruling.Lid, ruling.Phone, cancellation),
            OfLid = ofLid is { } one ? await people.PersonAsync(one, cancellation) : null,
            OfPhone = ofPhone is { } other ? await people.PersonAsync(other, cancellation) : null,
        };
    }

    /// <summary>Waits until the tables show what has come of it.</summary>
    private async Task<PairFacts> AfterAsync(Request request, PairFacts before, PeopleReader people, Guid eventId, DateTimeOffset at, CancellationToken cancellation)
    {
        var ruling = before.Ruling;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(request.Patience);
        using var pace = new PeriodicTimer(LookEvery, clock);
        var isKnown = false;
        try
        {
            while (true)
            {
                var standing = await people.RulingAsync(ruling.Lid, ruling.Phone, limit.Token);
                if (standing is not null && standing.Origin.EventId != eventId && standing.At > at.UtcDateTime)
                    throw new PipelineException($"Event {eventId} was written, but a later word stands.", $"Event {standing.Origin.EventId} of {standing.At:O}. Are the clocks of the machines right?");
                isKnown = standing?.Origin.EventId == eventId;
                if (isKnown && await HasHappenedAsync(limit.Token)) return await FactsAsync(ruling, people, limit.Token);
                await pace.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PipelineException(
                $"Event {eventId} was written, but {(isKnown ? "the ThreadLinker" : "the Resolver")} has not come to it within {request.Patience.TotalSeconds} s.",
                "Nothing is lost: it lies on the raw topic and takes effect when its turn comes. Do the services run? --patience waits longer; saying it again does no harm.");
        }

        async Task<bool> HasHappenedAsync(CancellationToken waiting)
        {
            if (!before.HasEffect) return true;
            var (ofLid, ofPhone) = (await people.PersonOfAsync(Address.Of(ruling.Lid), waiting), await people.PersonOfAsync(Address.Of(ruling.Phone), waiting));
            return ruling.IsDenied ? ofLid != ofPhone : ofLid == ofPhone;
        }
    }
}
