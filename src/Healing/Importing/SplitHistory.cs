using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>
/// What an export says about who is who: chats, pairs of LID and phone, and which digits are LIDs. Its size is that of the address book;
/// of messages nothing is kept but their number and the time of the newest.
/// </summary>
public sealed class SplitHistory
{
    /// <summary>Lines that are kept one by one; of a file that is something else altogether, the rest is only counted.</summary>
    public const int MostUnread = 1000;

    private readonly Dictionary<string, ExportedChat> chats = new(StringComparer.Ordinal);
    private readonly Dictionary<(Lid Lid, PhoneNumber Phone), Statement> pairs = [];
    private readonly HashSet<string> lids = new(StringComparer.Ordinal);
    private readonly HashSet<string> groups = new(StringComparer.Ordinal);
    private readonly HashSet<string> instances = new(StringComparer.Ordinal);
    private readonly List<UnreadLine> unread = [];

    /// <summary>The chats with one person each.</summary>
    public IReadOnlyCollection<ExportedChat> Chats => chats.Values;

    /// <summary>Every pair that was said, with the best statement of it.</summary>
    public IReadOnlyDictionary<(Lid Lid, PhoneNumber Phone), Statement> Pairs => pairs;

    /// <summary>The business's own addresses, as far as the export names them.</summary>
    public OwnAddresses Own { get; private set; } = OwnAddresses.None;

    /// <summary>Groups, which are left alone.</summary>
    public int Groups => groups.Count;

    /// <summary>Sessions that the rows are of. More than one is fine as long as they are of one business.</summary>
    public IReadOnlyCollection<string> Instances => instances;

    /// <summary>Messages read, those of groups and channels included.</summary>
    public long Messages { get; internal set; }

    /// <summary>Address-book entries read.</summary>
    public long Contacts { get; internal set; }

    /// <summary>Rows that need no reading: status posts, channels, lists, session settings.</summary>
    public long SetAside { get; internal set; }

    /// <summary>The first lines that could not be read.</summary>
    public IReadOnlyList<UnreadLine> Unread => unread;

    /// <summary>How many could not be read.</summary>
    public long UnreadCount { get; private set; }

    /// <summary>The digits stand on the LID server somewhere in the export.</summary>
    public bool IsLid(string digits) => lids.Contains(digits);

    /// <summary>The chat of that name, made when it is new.</summary>
    internal ExportedChat Chat(string name)
    {
        if (!chats.TryGetValue(name, out var chat)) chats.Add(name, chat = new ExportedChat(name));
        return chat;
    }

    /// <summary>Takes note of an address that stands somewhere.</summary>
    internal void Saw(WaId? address)
    {
        if (address?.Lid is { } lid) lids.Add(lid.Digits);
        if (address is { Kind: WaIdKind.Group }) groups.Add(address.User);
    }

    internal void SawInstance(string? instance)
    {
        if (instance is not null) instances.Add(instance);
    }

    internal void SawOwn(WaId? address)
    {
        if (address is not null) Own = Own.With(address);
    }

    internal void Learn(Lid lid, PhoneNumber phone, Statement statement)
    {
        lids.Add(lid.Digits);
        if (!pairs.TryGetValue((lid, phone), out var known) || statement.Outranks(known)) pairs[(lid, phone)] = statement;
    }

    /// <summary>Learns from two addresses that stand side by side; nothing, unless one is a LID and the other a phone.</summary>
    internal void Learn(WaId? one, WaId? other, Statement statement)
    {
        if ((one?.Lid ?? other?.Lid) is { } lid && (one?.Phone ?? other?.Phone) is { } phone) Learn(lid, phone, statement);
    }

    internal void CouldNotRead(UnreadLine line)
    {
        UnreadCount++;
        if (unread.Count < MostUnread) unread.Add(line);
    }
}
