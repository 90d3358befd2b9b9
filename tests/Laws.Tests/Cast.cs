namespace Pipeline.Laws.Tests;

/// <summary>Who takes part in a history: the people of one business, each with the phones and LIDs they have had.</summary>
internal sealed class Cast
{
    // Each subscriber in every spelling that occurs, the canonical one first. Two of them are written like LIDs of the other businesses.
    private static readonly string[][] Subscribers =
    [
        ["972555550101"],
        ["972555550102"],
        ["12025550143"],
        ["12025550144"],
        ["5511987650001", "551187650001"],
        ["5511987650002", "551187650002"],
        ["551132650003"],
        ["525512340001", "5215512340001"],
        ["525512340002", "5215512340002"],
        ["5491123450001", "54111523450001"],
        ["5493514560002", "54351154560002"],
        ["4915155501201"],
        ["5511900000019"],
    ];

    // 13 to 15 digits; half of them are phones by their looks.
    private static readonly string[] Lids =
    [
        "4915155501201", "4915155501234", "5511900000019", "5511900000027", "5215500000017", "54911150000018",
        "82399031480511", "97255500010203", "203914857316042", "118203344556671", "972555501010101", "66120938457120",
    ];

    // The last is a LID that a faulty producer wrote as a phone.
    private static readonly Dictionary<string, string> CanonicalForms =
        Subscribers.SelectMany(forms => forms.Select(form => (form, Canonical: "+" + forms[0]))).Append(("5215500000017", "+525500000017")).ToDictionary();

    private Cast(List<Person> people) => People = people;

    /// <summary>The people.</summary>
    public IReadOnlyList<Person> People { get; }

    /// <summary>Somebody, with every spelling of each phone.</summary>
    internal sealed record Person(string[][] Phones, string[] Lids);

    /// <summary>Draws up to five people, more often few, of whom nobody has a LID that is a phone of any of them.</summary>
    public static Cast Of(Random random)
    {
        var (subscribers, lids) = (new Stack<string[]>(Shuffled(Subscribers, random)), new Stack<string>(Shuffled(Lids, random)));
        var taken = new HashSet<string>();
        var people = new List<Person>();
        for (var count = 1 + random.Next(random.Next(1, 6)); count > 0; count--)
        {
            var person = new Person(new string[random.Next(1, 3)][], new string[random.Next(1, 3)]);
            for (var i = 0; i < person.Phones.Length; i++) person.Phones[i] = Next(subscribers, forms => forms[0], taken);
            for (var i = 0; i < person.Lids.Length; i++) person.Lids[i] = Next(lids, lid => lid, taken);
            people.Add(person);
        }
        // Now and then a number is given to somebody else; then two people cannot be told apart, in any order.
        if (people.Count > 1 && random.Next(8) == 0) people[0].Phones[0] = people[1].Phones[0];
        return new Cast(people);
    }

    /// <summary>The one form of a phone, however it was written.</summary>
    public static string Canonical(string written) => CanonicalForms.GetValueOrDefault(written, "+" + written);

    /// <summary>The business's own phone.</summary>
    public static string OwnPhone(long business) => $"97252555010{business}";

    /// <summary>The digits of the business's own LID.</summary>
    public static string OwnLid(long business) => $"11820334455990{business}";

    private static T[] Shuffled<T>(T[] items, Random random)
    {
        var shuffled = items.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    private static T Next<T>(Stack<T> items, Func<T, string> digits, HashSet<string> taken)
    {
        var next = items.Pop();
        return taken.Add(digits(next)) ? next : Next(items, digits, taken);
    }
}
