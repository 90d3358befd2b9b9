namespace Pipeline.ThreadLinker;

/// <summary>What a batch has to look up, each thing once.</summary>
/// <param name="Businesses">In ascending order, which is the order of locking.</param>
/// <param name="Identities">Addresses of peers and of mappings.</param>
/// <param name="Groups">Groups.</param>
/// <param name="EventBusinesses">The business of each of <paramref name="Events"/>.</param>
/// <param name="Events">Events that may have merged leads in an earlier run.</param>
public sealed record BatchTouches(
    long[] Businesses, ContactIdentity[] Identities, (long BusinessId, string GroupId)[] Groups, long[] EventBusinesses, Guid[] Events)
{
    /// <summary>Collects what these events touch.</summary>
    public static BatchTouches Of(IReadOnlyList<EventSubject> subjects)
    {
        var businesses = new SortedSet<long>();
        var identities = new HashSet<ContactIdentity>();
        var groups = new HashSet<(long, string)>();
        var events = new HashSet<(long BusinessId, Guid EventId)>();
        foreach (var subject in subjects)
        {
            switch (subject)
            {
                case EventSubject.Direct direct:
                    businesses.Add(direct.BusinessId);
                    identities.UnionWith(direct.Person.Identities);
                    events.Add((direct.BusinessId, direct.Cause.EventId));
                    break;
                case EventSubject.Mapping mapping:
                    businesses.Add(mapping.Pair.BusinessId);
                    identities.Add(mapping.Pair.OfLid);
                    identities.Add(mapping.Pair.OfPhone);
                    events.Add((mapping.Pair.BusinessId, mapping.Cause.EventId));
                    break;
                case EventSubject.Group group:
                    businesses.Add(group.BusinessId);
                    groups.Add((group.BusinessId, group.GroupId));
                    break;
            }
        }
        return new BatchTouches([.. businesses], [.. identities], [.. groups],
            [.. events.Select(one => one.BusinessId)], [.. events.Select(one => one.EventId)]);
    }
}
