using Pipeline.Identity;

namespace Pipeline.Healing.Importing;

/// <summary>
/// Who is who in an exported history: the merges, the pairs they rest on, and what remains open. Pure. Names, times and quotes are never
/// evidence; an address is what its server says, unless the same digits are a LID somewhere in the export.
/// </summary>
public sealed class MergeList
{
    /// <summary>
    /// A phone gets a new LID now and then; more than this for one phone means that it is nobody's among them, as a rule the business's own, written beside
    /// its customers by a faulty version.
    /// </summary>
    public const int MostLidsOfAPhone = 3;

    private readonly SplitHistory history;
    private readonly Dictionary<Lid, (PhoneNumber Phone, Statement Statement)> pairs = [];
    private readonly List<ImportFinding> findings = [];
    private readonly List<MergeRow> rows = [];

    private MergeList(SplitHistory history)
    {
        this.history = history;
        ChoosePairs();
        FindPersons();
    }

    /// <summary>The merges, each absorbed chat once.</summary>
    public IReadOnlyList<MergeRow> Rows => rows;

    /// <summary>The phone of each LID, as far as the export says it and it can be believed.</summary>
    public IReadOnlyDictionary<Lid, (PhoneNumber Phone, Statement Statement)> Pairs => pairs;

    /// <summary>What leads to no merge but should be known.</summary>
    public IReadOnlyList<ImportFinding> Findings => findings;

    /// <summary>Chats with one person each.</summary>
    public int Chats { get; private set; }

    /// <summary>The people in them.</summary>
    public int Persons { get; private set; }

    /// <summary>Decides.</summary>
    public static MergeList Of(SplitHistory history) => new(history);

    private void ChoosePairs()
    {
        var believed = history.Pairs.Where(pair => IsBelieved(pair.Key.Lid, pair.Key.Phone, pair.Value)).ToList();
        foreach (var phone in believed.GroupBy(pair => pair.Key.Phone).Where(phone => phone.Count() > MostLidsOfAPhone).ToList())
        {
            findings.Add(new ImportFinding(FindingKind.Contradiction, phone.Key.ToString(), Line(phone.Min(pair => pair.Value.Line)),
                $"said to be the phone of {phone.Count()} LIDs: probably the business's own number; not used"));
            believed.RemoveAll(pair => pair.Key.Phone == phone.Key);
        }
        foreach (var lid in believed.GroupBy(pair => pair.Key.Lid))
        {
            var best = lid.OrderByDescending(pair => pair.Value.Grade).ThenByDescending(pair => pair.Value.At ?? DateTimeOffset.MinValue)
                .ThenBy(pair => pair.Key.Phone.ToString(), StringComparer.Ordinal).First();
            pairs.Add(lid.Key, (best.Key.Phone, best.Value));
            foreach (var (other, statement) in lid.Where(pair => pair.Key.Phone != best.Key.Phone))
                findings.Add(new ImportFinding(FindingKind.Contradiction, other.Lid.Address, Line(statement.Line), $"said to be {other.Phone} here and {best.Key.Phone} on line {best.Value.Line}, which stands"));
        }
    }

    // One half that is the business's own would turn a customer into the business.
    private bool IsBelieved(Lid lid, PhoneNumber phone, Statement statement)
    {
        if (history.Own.Contains(lid) != history.Own.Contains(phone)) return false;
        if (lid.Digits == phone.Digits || !history.IsLid(phone.Digits)) return true;
        findings.Add(new ImportFinding(FindingKind.FakePhone, phone.ToString(), Line(statement.Line), $"said to be the phone of {lid.Address}, but its digits are a LID"));
        return false;
    }

    private void FindPersons()
    {
        var persons = new UnionFind();
        foreach (var (lid, (phone, _)) in pairs) persons.Join(NodeOf(lid), NodeOf(phone));

        var chats = history.Chats.Where(chat => chat.Addresses.Count > 0).ToList();
        foreach (var chat in chats)
        {
            persons.Join(chat.Name, chat.Name);
            foreach (var address in chat.Addresses) persons.Join(chat.Name, NodeOf(address));
            foreach (var fake in chat.Addresses.Where(address => address.Kind == WaIdKind.User && (IsLidTakenForPhone(address) || address.Phone is null)))
                findings.Add(new ImportFinding(FindingKind.FakePhone, fake.Raw, chat.Name, WhyFake(fake)));
        }
        Chats = chats.Count;

        var phones = history.Pairs.Count == 0 ? [] : pairs.Values.Select(pair => persons.Of(NodeOf(pair.Phone))).ToHashSet();
        foreach (var chat in chats.Where(chat => chat.Addresses.Any(address => PhoneOf(address) is not null))) phones.Add(persons.Of(chat.Name));

        foreach (var person in chats.GroupBy(chat => persons.Of(chat.Name)))
        {
            Persons++;
            var survivor = person.OrderByDescending(chat => chat.LastMessageAt ?? DateTimeOffset.MinValue).ThenByDescending(chat => chat.Addresses.Any(address => PhoneOf(address) is not null))
                .ThenByDescending(chat => chat.Messages).ThenBy(chat => chat.Name, StringComparer.Ordinal).First();
            foreach (var absorbed in person.Where(chat => !ReferenceEquals(chat, survivor)).OrderBy(chat => chat.Name, StringComparer.Ordinal))
                rows.Add(Merged(survivor, absorbed));
            if (phones.Contains(person.Key)) continue;
            foreach (var lid in person.SelectMany(chat => chat.Addresses.Select(LidOf)).OfType<Lid>().Distinct())
                findings.Add(new ImportFinding(FindingKind.LidWithoutPhone, lid.Address, survivor.Name, "the export does not say its phone"));
        }
        rows.Sort((one, other) => StringComparer.Ordinal.Compare(one.Survivor.Name, other.Survivor.Name) is var order && order != 0 ? order : StringComparer.Ordinal.Compare(one.Absorbed.Name, other.Absorbed.Name));
    }

    private MergeRow Merged(ExportedChat survivor, ExportedChat absorbed)
    {
        foreach (var one in absorbed.Addresses)
        {
            foreach (var other in survivor.Addresses)
            {
                if (one.Address == other.Address) return new MergeRow(survivor, absorbed, SameAddress(survivor, one, other), one.Address);
                if (LidOf(one) is { } lid && LidOf(other) == lid) return new MergeRow(survivor, absorbed, MergeReason.LidTakenForPhone, $"{lid.Digits} is a LID");
                if (PhoneOf(one) is { } phone && PhoneOf(other) == phone) return new MergeRow(survivor, absorbed, MergeReason.NumberForm, phone.ToString());
            }
        }
        var both = absorbed.Addresses.Concat(survivor.Addresses).ToList();
        var reason = both.Exists(IsLidTakenForPhone) ? MergeReason.LidTakenForPhone : MergeReason.LidIsPhone;
        var said = both.Select(LidOf).OfType<Lid>().Distinct().Where(pairs.ContainsKey).Select(lid => pairs[lid].Statement).Select(statement => $"{statement.Field} on line {statement.Line}");
        return new MergeRow(survivor, absorbed, reason, string.Join("; ", said));
    }

    private static string SameAddress(ExportedChat survivor, WaId one, WaId other) =>
        one.Device != other.Device ? MergeReason.Device : survivor.Name.Contains('@') ? MergeReason.Spelling : MergeReason.SameAddress;

    private string NodeOf(WaId address) =>
        LidOf(address) is { } lid ? NodeOf(lid) : PhoneOf(address) is { } phone ? NodeOf(phone) : address.Address;

    private static string NodeOf(Lid lid) => lid.Address;

    private static string NodeOf(PhoneNumber phone) => phone.ToString();

    private Lid? LidOf(WaId address) => address.Lid ?? (IsLidTakenForPhone(address) && Lid.TryParse(address.User, out var lid) ? lid : null);

    private PhoneNumber? PhoneOf(WaId address) => IsLidTakenForPhone(address) ? null : PhoneNumber.FromAddress(address);

    private bool IsLidTakenForPhone(WaId address) => address.Kind == WaIdKind.User && history.IsLid(address.User);

    private string WhyFake(WaId fake)
    {
        if (!IsLidTakenForPhone(fake)) return "cannot be a phone; nothing says whether it is a LID";
        return LidOf(fake) is { } lid && pairs.TryGetValue(lid, out var pair) ? $"the digits of a LID; its phone is {pair.Phone}" : "the digits of a LID; no mapping known";
    }

    private static string Line(long line) => $"line {line}";
}
