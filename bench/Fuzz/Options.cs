using System.Globalization;

namespace Pipeline.Fuzz;

/// <summary>What was asked for on the command line.</summary>
internal sealed record Options(int Count, int Seed, double LimitMilliseconds)
{
    public const int WarmUpRounds = 20_000;

    public const string Usage = """
        Damages recorded payloads at random and reads them: nothing may crash, no LID may become a phone.

        Usage: ./pipeline fuzz [--count N] [--seed S] [--limit-ms MS]

          --count N      Payloads to read (default 1000000)
          --seed S       Where the damage starts from; the same seed gives the same payloads (default 20261120)
          --limit-ms MS  What 99.9 % of the payloads must be read within (default 1); raise it on a slow or busy machine
          -h, --help     This text

        20000 payloads are read before the clock starts, so that compilation is not measured. A payload over the limit during which
        no memory was collected is read once more at once: if it is fast then, another process had the processor. The limit is for these
        undisturbed times, in which pauses of the collector stay; the times by the clock are shown beside them.
        Progress goes to stderr. A payload that breaks something is written to .data/fuzz/.
        Exit codes: 0 all well; 1 a crash, a phone from a LID, or slower than the limit; 2 usage; 69 something has to be installed first.
        """;

    /// <summary>Null when the text of the error is set.</summary>
    public static Options? Parse(string[] args, out string? error)
    {
        var options = new Options(1_000_000, 20_261_120, 1);
        error = null;
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--count" when int.TryParse(value, NumberStyles.None, null, out var count) && count > 0:
                    options = options with { Count = count };
                    break;
                case "--seed" when int.TryParse(value, out var seed):
                    options = options with { Seed = seed };
                    break;
                case "--limit-ms" when double.TryParse(value, NumberStyles.AllowDecimalPoint, null, out var limit) && limit > 0:
                    options = options with { LimitMilliseconds = limit };
                    break;
                case "--count" or "--seed" or "--limit-ms":
                    error = $"{args[i]} does not take '{value}'.";
                    return null;
                default:
                    error = $"fuzz does not know '{args[i]}'.";
                    return null;
            }
        }
        return options;
    }
}
