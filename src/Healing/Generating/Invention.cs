using Pipeline.Identity;

namespace Pipeline.Healing.Generating;

/// <summary>Invents phones, LIDs and the many ways in which older software wrote them. The same seed invents the same.</summary>
internal sealed class Invention(int seed)
{
    private static readonly string[] FirstNames = ["Dana", "Yossi", "Maya", "Bruno", "Paula", "Marta", "Jonas", "Amina", "Omar", "Lucia", "Noa", "Ivan", "Greta", "Tomas", "Rana", "Felix"];

    // What comes after the calling code, with # for any digit.
    private static readonly string[] Plans = ["97250#######", "97254#######", "55119########", "5521########", "5215########0", "4915#########", "1212555####", "549115#######", "447700######", "9715########"];

    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    /// <summary>The source of all chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>The digits of a phone as WhatsApp would write it.</summary>
    public string Phone()
    {
        while (true)
        {
            var digits = Digits(Plans[Random.Next(Plans.Length)]);
            if (PhoneOf(digits) is { } phone && taken.Add(phone.Digits)) return digits;
        }
    }

    /// <summary>The digits of a LID: 15, 14, or 13 of them, and those of 13 look like a phone more often than not.</summary>
    public string Lid()
    {
        while (true)
        {
            var digits = Digits(Random.Next(10) switch { < 5 => "1##############", < 8 => "8#############", _ => "2############" });
            if (taken.Add(digits)) return digits;
        }
    }

    /// <summary>The canonical phone of the digits.</summary>
    public static PhoneNumber? PhoneOf(string digits) => WaId.Parse(digits + "@s.whatsapp.net") is { } address ? PhoneNumber.FromAddress(address) : null;

    /// <summary>One of the ways to write a phone; Brazilian and Mexican ones now and then with their other number of digits.</summary>
    public string Written(string phone)
    {
        var digits = phone;
        if (digits.Length == 13 && digits.StartsWith("5511", StringComparison.Ordinal) && digits[5] is >= '6' and <= '9' && Random.Next(2) == 0) digits = digits.Remove(4, 1);
        else if (digits.Length == 13 && digits.StartsWith("521", StringComparison.Ordinal) && Random.Next(2) == 0) digits = digits.Remove(2, 1);
        return Random.Next(10) switch
        {
            < 5 => $"{digits}@s.whatsapp.net",
            5 => $"{digits}:{Random.Next(1, 60)}@s.whatsapp.net",
            6 => $"{digits}@c.us",
            7 => $"+{digits}",
            _ => digits,
        };
    }

    /// <summary>One of the ways in which a LID was written as if it were a phone.</summary>
    public string WrittenAsPhone(string lid) => Random.Next(4) switch { 0 => lid, 1 => $"+{lid}", 2 => $"{lid}:{Random.Next(1, 60)}@s.whatsapp.net", _ => $"{lid}@s.whatsapp.net" };

    /// <summary>A first name.</summary>
    public string Name() => FirstNames[Random.Next(FirstNames.Length)];

    private string Digits(string plan) => string.Create(plan.Length, (plan, Random), static (digits, from) =>
    {
        for (var i = 0; i < digits.Length; i++) digits[i] = from.plan[i] == '#' ? (char)('0' + from.Random.Next(10)) : from.plan[i];
    });
}
