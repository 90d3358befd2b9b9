namespace Pipeline.Streaming;

/// <summary>Cuts a batch in two so that each half can take effect on its own, first half first.</summary>
internal static class BatchHalves
{
    /// <param name="batch">A batch of at least two inputs.</param>
    /// <returns>
    /// The halves. A partition's position after the first half is the first record of it in the second; one that has nothing in the
    /// first half is moved by the second only.
    /// </returns>
    public static (Batch<T> First, Batch<T> Second) Of<T>(Batch<T> batch)
    {
        var middle = batch.Inputs.Count / 2;
        var first = batch.Inputs.Take(middle).ToList();
        var second = batch.Inputs.Skip(middle).ToList();

        var inFirst = first.Select(input => Of(input.Position)).ToHashSet();
        var goesOn = new Dictionary<(string, int), Position>();
        foreach (var input in second) goesOn.TryAdd(Of(input.Position), input.Position);

        var firstNext = batch.Next.Where(next => inFirst.Contains(Of(next))).Select(next => goesOn.GetValueOrDefault(Of(next), next)).ToList();
        var secondNext = batch.Next.Where(next => goesOn.ContainsKey(Of(next)) || !inFirst.Contains(Of(next))).ToList();
        return (new Batch<T>(first, firstNext), new Batch<T>(second, secondNext));
    }

    private static (string Topic, int Partition) Of(Position position) => (position.Topic, position.Partition);
}
