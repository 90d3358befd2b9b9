using Pipeline.Identity;

namespace Pipeline.ThreadLinker;

/// <summary>
/// What a person is made of: the groups into which the addresses fall when everything that was stated counts, except what an operator has
/// denied. One group is one person. Pure.
/// </summary>
public static class PersonParts
{
    /// <summary>The groups, each in order, the groups by their first address.</summary>
    /// <param name="identities">The addresses.</param>
    /// <param name="stated">Pairs; what is not between two of the addresses is left out.</param>
    /// <param name="denied">Pairs that do not count.</param>
    public static IReadOnlyList<IReadOnlyList<ContactIdentity>> Of(
        IEnumerable<ContactIdentity> identities, IEnumerable<StatedPair> stated, IReadOnlySet<StatedPair> denied)
    {
        var next = identities.Distinct().ToDictionary(identity => identity);
        foreach (var pair in stated)
            if (!denied.Contains(pair) && next.ContainsKey(pair.One) && next.ContainsKey(pair.Other)) Join(pair.One, pair.Other);
        foreach (var address in next.Keys.ToArray())
            if (PhoneOf(address) is { } phone && next.ContainsKey(phone)) Join(phone, address);
        return [.. next.Keys.GroupBy(Root).Select(part => part.Order(ContactIdentity.InOrder).ToArray()).OrderBy(part => part[0], ContactIdentity.InOrder)];

        ContactIdentity Root(ContactIdentity identity)
        {
            while (next[identity] != identity) identity = next[identity] = next[next[identity]];
            return identity;
        }

        void Join(ContactIdentity one, ContactIdentity other) => next[Root(one)] = Root(other);
    }

    /// <summary>The phone of a phone address, in whichever of its forms. That the two belong together was never stated and cannot be denied.</summary>
    internal static ContactIdentity? PhoneOf(ContactIdentity identity) =>
        identity.Channel == Channel.WhatsApp && WaId.Parse(identity.ExternalId) is { Kind: WaIdKind.User } address && PhoneNumber.FromAddress(address) is { } phone
            ? ContactIdentity.OfPhone(identity.BusinessId, phone.ToString())
            : null;
}
