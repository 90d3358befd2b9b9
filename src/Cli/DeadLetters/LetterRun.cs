using System.Globalization;
using System.Text;
using Npgsql;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Replaying;
using Pipeline.Streaming;

namespace Pipeline.Cli.DeadLetters;

/// <summary>Lists, shows, sends back and gives up dead letters.</summary>
internal sealed class LetterRun(Terminal terminal, OperatingTools tools, TimeProvider clock)
{
    private const int AtOnce = 200;
    private static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(30);
    private readonly LetterBox box = new(tools);

    /// <summary>Counts by topic, reason and service, and the first rows.</summary>
    public Task<int> ListAsync(LetterFilter filter, int limit, CancellationToken cancellation) => GuardedAsync(async fates =>
    {
        var counts = new SortedDictionary<(string Topic, string Reason, string Service), (long Count, DateTimeOffset First, DateTimeOffset Last)>();
        var (rows, settled) = (new List<Letter>(), 0L);
        await foreach (var letter in LettersAsync(filter, cancellation))
        {
            if (fates.IsSettled(letter.Record))
            {
                settled++;
                continue;
            }
            var key = (letter.SourceTopic, Shown(letter.Reason), Shown(letter.Service));
            var (count, first, last) = counts.GetValueOrDefault(key, (0, letter.FailedAt, letter.FailedAt));
            counts[key] = (count + 1, letter.FailedAt < first ? letter.FailedAt : first, letter.FailedAt > last ? letter.FailedAt : last);
            if (rows.Count < limit) rows.Add(letter);
        }

        var all = counts.Values.Sum(one => one.Count);
        if (all > 0)
        {
            Table(["TOPIC", "REASON", "SERVICE", "COUNT", "FIRST", "LAST"], [.. counts.Select(one => new[]
            {
                one.Key.Topic, one.Key.Reason, one.Key.Service, Number(one.Value.Count), ReplayTime.Text(one.Value.First), ReplayTime.Text(one.Value.Last),
            })]);
            terminal.Say();
            Table(["POSITION", "FAILED-AT", "BUSINESS", "REASON", "ATTEMPTS", "REDRIVES", "EVENT"], [.. rows.Select(letter => new[]
            {
                letter.Position.ToString(), ReplayTime.Text(letter.FailedAt), letter.Business is { } business ? Number(business) : "-", Shown(letter.Reason),
                letter.Headers.Attempts is { } attempts ? Number(attempts) : "-", Number(letter.Headers.Redrives), Shown(letter.Record.TextOf(HeaderNames.EventId) ?? "-"),
            })]);
            if (all > rows.Count) terminal.Say($"… and {Number(all - rows.Count)} more (--limit)");
            terminal.Say();
        }
        terminal.Say($"{Number(all)} dead {(all == 1 ? "letter" : "letters")}{(settled > 0 ? $"; {Number(settled)} more were redriven or discarded" : "")}.");
    }, filter, cancellation);

    /// <summary>Prints one letter.</summary>
    public Task<int> ShowAsync(Position position, bool withPayload, CancellationToken cancellation) => GuardedAsync(async fates =>
    {
        var letter = await box.FindAsync(position, cancellation);
        var from = letter.Headers is { Partition: { } partition, Offset: { } offset } ? new Position(letter.SourceTopic, partition, offset).ToString() : letter.SourceTopic;
        terminal.Say($"letter    {letter.Position}{(fates.IsSettled(letter.Record) ? "  (redriven or discarded)" : "")}");
        terminal.Say($"from      {Shown(from)}");
        terminal.Say($"reason    {Shown(letter.Reason)}{(letter.Headers.Detail.Length > 0 ? ": " + Shown(letter.Headers.Detail) : "")}");
        terminal.Say($"service   {Shown(letter.Service)}");
        terminal.Say($"failed    {ReplayTime.Text(letter.FailedAt)}, attempts {letter.Headers.Attempts?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}, redrives {letter.Headers.Redrives}");
        terminal.Say($"business  {letter.Business?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}");
        terminal.Say($"value     {(letter.Record.Value is { } value ? Number(value.Length) + " bytes" : "none")}");
        terminal.Say($"headers   {letter.Headers.Family}");
        foreach (var (name, bytes) in letter.Record.Headers) terminal.Say($"  {Shown(name)}: {HeaderText(bytes)}");
        if (withPayload) terminal.Say(LetterPayload.Of(letter, tools.Topics));
        else terminal.Say("The value is personal data: --payload shows it.");
    }, new LetterFilter(position.Topic, null, null, null, null), cancellation);

    /// <summary>Sends letters back to the stage that refused them, or gives them up.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="one">One of them alone; null for all that the filter takes.</param>
    /// <param name="fate"><see cref="LetterFates.Redriven"/> or <see cref="LetterFates.Discarded"/>.</param>
    /// <param name="limit">The most letters; null for all.</param>
    /// <param name="rate">The most letters in a second; null for no limit.</param>
    /// <param name="execute">Whether to do it.</param>
    /// <param name="cancellation">Ends it between two writes.</param>
    public Task<int> SettleAsync(LetterFilter filter, Position? one, string fate, int? limit, int? rate, bool execute, CancellationToken cancellation) => GuardedAsync(async fates =>
    {
        await using var alone = execute ? await fates.LockAsync(cancellation) : null;
        // What another operator has settled before the lock was free.
        await fates.LoadAsync(filter.LetterTopics(tools.Topics), cancellation);
        var known = tools.Topics.All.Select(topic => topic.Name).ToHashSet();
        var targets = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var (astray, taken, chunk) = (0L, 0L, new List<Letter>());
        var pace = new Pace(rate, clock);
        var size = rate is { } perSecond ? Math.Clamp(perSecond / 2, 1, AtOnce) : AtOnce;
        await foreach (var letter in one is { } position ? OneAsync(position, cancellation) : LettersAsync(filter, cancellation))
        {
            if (fates.IsSettled(letter.Record)) continue;
            // Headers are anybody's word: a letter goes nowhere but to a topic of the pipeline.
            if (fate == LetterFates.Redriven && !known.Contains(letter.SourceTopic))
            {
                astray++;
                continue;
            }
            if (taken == limit) break;
            taken++;
            targets[letter.SourceTopic] = targets.GetValueOrDefault(letter.SourceTopic) + 1;
            if (!execute) continue;
            chunk.Add(letter);
            if (chunk.Count >= size) await SettleAsync(chunk);
        }
        if (chunk.Count > 0) await SettleAsync(chunk);

        var redriving = fate == LetterFates.Redriven;
        foreach (var (topic, count) in targets)
            terminal.Say($"{Number(count)} {(execute ? fate : redriving ? "would be redriven" : "would be discarded")}{(redriving ? " to " : " of ")}{topic}");
        if (taken == 0) terminal.Say("No dead letter is left to settle.");
        if (astray > 0) terminal.Complain($"{Number(astray)} name no topic of the pipeline and stay where they are.");

        async Task SettleAsync(List<Letter> letters)
        {
            await pace.WaitAsync(letters.Count, cancellation);
            // Written back first, remembered after: a crash in between sends a letter back twice, which its event id makes harmless.
            if (fate == LetterFates.Redriven) await tools.Producer.CopyAsync([.. letters.Select(Copy)], AcknowledgeWithin, cancellation);
            await fates.SettleAsync(letters, fate, CancellationToken.None);
            letters.Clear();
        }
    }, filter, cancellation);

    private static RecordCopy Copy(Letter letter) => new(
        letter.SourceTopic,
        letter.Record.Key,
        letter.Record.Value,
        [
            .. DeadLetterHeaders.Original(letter.Record),
            new(HeaderNames.DeadLetterRedrives, Encoding.UTF8.GetBytes((letter.Headers.Redrives + 1).ToString(CultureInfo.InvariantCulture))),
        ]);

    private async IAsyncEnumerable<Letter> LettersAsync(LetterFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var letter in box.ReadAsync(filter.LetterTopics(tools.Topics), cancellation))
            if (filter.Takes(letter)) yield return letter;
    }

    private async IAsyncEnumerable<Letter> OneAsync(Position position, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return await box.FindAsync(position, cancellation);
    }

    private async Task<int> GuardedAsync(Func<LetterFates, Task> work, LetterFilter filter, CancellationToken cancellation)
    {
        var topics = filter.LetterTopics(tools.Topics);
        await using var database = tools.OpenDatabase();
        try
        {
            var fates = new LetterFates(database);
            await fates.LoadAsync(topics, cancellation);
            await work(fates);
            return ExitCode.Ok;
        }
        catch (KafkaUnavailableException away)
        {
            throw new PipelineException(away.Message, "Is Kafka running, and does --bootstrap-servers (Kafka__BootstrapServers) name it? Giving the command again is safe.", inner: away);
        }
        catch (NpgsqlException fault)
        {
            throw new PipelineException($"Postgres: {fault.Message}", "What has become of dead letters is remembered there. Is it running, does --postgres (ConnectionStrings__Postgres) name it, has ./pipeline migrate been run?", inner: fault);
        }
    }

    private void Table(string[] heading, IReadOnlyList<string[]> rows)
    {
        var widths = heading.Select((word, column) => rows.Max(row => Math.Max(word.Length, row[column].Length))).ToArray();
        foreach (var row in rows.Prepend(heading)) terminal.Say(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static string HeaderText(byte[]? bytes)
    {
        if (bytes is null) return "(none)";
        var text = Encoding.UTF8.GetString(bytes);
        return text.Any(letter => char.IsControl(letter) || letter == '�') ? "hex " + Convert.ToHexStringLower(bytes) : text;
    }

    private static string Shown(string text) => Terminal.Harmless(text);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
