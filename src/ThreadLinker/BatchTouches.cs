namespace Pipeline.ThreadLinker;

/// <summary>What a batch has to look up, each thing once.</summary>
/// <param name="Businesses">In ascending order, which is the order of locking.</param>
/// <param name="Identities">Addresses of peers, of mappings and of leads.</param>
/// <param name="Groups">Groups.</param>
/// <param name="EventBusinesses">The business of each of <paramref name="Events"/>.</param>
/// <param name="Events">Events that may have changed conversations in an earlier run.</param>
public sealed record BatchTouches(
    long[] Businesses, ContactIdentity[] Identities, (long BusinessId, string GroupId)[] Groups, long[] EventBusinesses, Guid[] Events)
{
    /// <summary>Collects what these events touch.</summary>
    /// <param name="subjects">The events.</param>
    /// <param name="withMembers">Whether members of groups become leads.</param>
    public static BatchTouches Of(IReadOnlyList<EventSubject> subjects, bool withMembers)
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
                    Touch(direct.Person.BusinessId, direct.Cause);
                    identities.UnionWith(direct.Person.Identities);
                    break;
                case EventSubject.Mapping mapping:
                    Touch(mapping.BusinessId, mapping.Cause);
                    identities.Add(mapping.Pair.One);
                    identities.Add(mapping.Pair.Other);
                    break;
                case EventSubject.Group group:
                    businesses.Add(group.BusinessId);
                    groups.Add((group.BusinessId, group.GroupId));
                    if (!withMembers || group.Member is not { } member) break;
                    Touch(group.BusinessId, group.Cause);
                    identities.UnionWith(member.Identities);
                    break;
                case EventSubject.Given given:
                    Touch(given.Lead.BusinessId, given.Cause);
                    identities.UnionWith(given.Identities);
                    if (given.PhoneAsLid is { } suspect) identities.Add(suspect);
                    break;
                case EventSubject.Named named:
                    businesses.Add(named.Identities[0].BusinessId);
                    break;
            }
        }
        return new BatchTouches([.. businesses], [.. identities], [.. groups],
            [.. events.Select(one => one.BusinessId)], [.. events.Select(one => one.EventId)]);

        void Touch(long businessId, EventCause cause)
        {
            businesses.Add(businessId);
            events.Add((businessId, cause.EventId));
        }
    }
}
