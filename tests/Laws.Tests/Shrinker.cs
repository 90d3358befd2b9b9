namespace Pipeline.Laws.Tests;

/// <summary>
/// From a list that fails to a small one that still fails, by delta debugging: leaves out ever smaller pieces, then puts simpler items in
/// the place of what is left, until neither helps any more.
/// </summary>
internal static class Shrinker
{
    /// <summary>Shrinks.</summary>
    /// <param name="failing">What fails.</param>
    /// <param name="simpler">Simpler items in the place of one; no item may come back to itself by steps of this.</param>
    /// <param name="fails">Whether a list fails; the same answer each time.</param>
    public static IReadOnlyList<T> Shrink<T>(IReadOnlyList<T> failing, Func<T, IEnumerable<T>> simpler, Func<IReadOnlyList<T>, bool> fails)
    {
        while (true)
        {
            var smaller = Simpler(Shorter(failing, fails), simpler, fails);
            if (ReferenceEquals(smaller, failing)) return failing;
            failing = smaller;
        }
    }

    private static IReadOnlyList<T> Shorter<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, bool> fails)
    {
        for (var size = Math.Max(1, items.Count / 2); size > 0; size /= 2)
        {
            for (var at = 0; at < items.Count;)
            {
                T[] without = [.. items.Take(at), .. items.Skip(at + size)];
                if (without.Length < items.Count && fails(without)) items = without;
                else at += size;
            }
        }
        return items;
    }

    private static IReadOnlyList<T> Simpler<T>(IReadOnlyList<T> items, Func<T, IEnumerable<T>> simpler, Func<IReadOnlyList<T>, bool> fails)
    {
        for (var at = 0; at < items.Count;)
        {
            var found = simpler(items[at]).Select(one => (T[])[.. items.Take(at), one, .. items.Skip(at + 1)]).FirstOrDefault(changed => fails(changed));
            if (found is null) at++;
            else items = found;
        }
        return items;
    }
}
