namespace Pipeline.Cli.Rebuilding;

/// <summary>How often one kind of difference was found.</summary>
/// <param name="Business">Business.</param>
/// <param name="What">The kind, see <see cref="ComparisonSql"/>.</param>
/// <param name="Count">How many conversations, people, addresses.</param>
/// <param name="Messages">How many messages that concerns, where the kind is about messages.</param>
internal sealed record Difference(long Business, string What, long Count, long Messages);

/// <summary>One difference, named. Holds personal data.</summary>
internal sealed record Example(long Business, string What, string? Live, string? Rebuilt, string? Detail, long Messages);

/// <summary>What a comparison has found.</summary>
/// <param name="Counts">By business and kind; empty when all is the same.</param>
/// <param name="Examples">Some of each.</param>
/// <param name="LiveMessages">Messages that were compared.</param>
/// <param name="RebuiltMessages">The same of the rebuild.</param>
/// <param name="LiveConversations">Live conversations.</param>
/// <param name="RebuiltConversations">The same of the rebuild.</param>
/// <param name="Businesses">Businesses with messages.</param>
/// <param name="Newer">Messages that one side has read and the other has not come to yet. They are no differences.</param>
/// <param name="NewerLive">Those of them that only the live tables have.</param>
/// <param name="Behind">Records of <c>raw</c> that the live tables have and the rebuild has not read.</param>
/// <param name="Ahead">Records of <c>raw</c> that the rebuild has read and the live Resolver has not.</param>
internal sealed record Differences(
    IReadOnlyList<Difference> Counts, IReadOnlyList<Example> Examples,
    long LiveMessages, long RebuiltMessages, long LiveConversations, long RebuiltConversations, long Businesses, long Newer, long NewerLive, long Behind, long Ahead)
{
    /// <summary>Live messages that the rebuild does not have, not even as a copy.</summary>
    public long Missing => Counts.Where(count => count.What == "missing").Sum(count => count.Messages);
}
