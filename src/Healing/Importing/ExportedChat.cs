using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>A chat (or, in Chatwoot, a contact) of an export: what an operator merges into another one.</summary>
/// <param name="Name">How the export names it: its address, or <c>contact:17</c>.</param>
public sealed record ExportedChat(string Name)
{
    private readonly List<WaId> addresses = [];

    /// <summary>Its addresses. Of Evolution and WAHA one; of Chatwoot none to several.</summary>
    public IReadOnlyList<WaId> Addresses => addresses;

    /// <summary>The newest message of which the export knows.</summary>
    public DateTimeOffset? LastMessageAt { get; private set; }

    /// <summary>Messages in the export.</summary>
    public long Messages { get; private set; }

    /// <summary>Adds an address, once.</summary>
    internal void Add(WaId address)
    {
        if (!addresses.Exists(known => known.Address == address.Address && known.Device == address.Device)) addresses.Add(address);
    }

    /// <summary>Counts a message.</summary>
    internal void Count(DateTimeOffset? at)
    {
        Messages++;
        Heard(at);
    }

    /// <summary>Learns of a message that is not in the export itself, or is counted elsewhere.</summary>
    internal void Heard(DateTimeOffset? at)
    {
        if (at > (LastMessageAt ?? DateTimeOffset.MinValue)) LastMessageAt = at;
    }
}
