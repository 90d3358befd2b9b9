namespace Pipeline.Healing.Importing;

/// <summary>
/// Which digits Evolution writes beside a number as its other spelling: Brazil with and without a 9 after the area code, Mexico with and
/// without a 1 and Argentina with and without a 9 after the country code.
/// </summary>
internal static class NumberSpelling
{
    /// <summary>The two are the same, or differ by that one digit.</summary>
    public static bool MayBeOne(string one, string other)
    {
        if (one == other) return true;
        var (longer, shorter) = one.Length > other.Length ? (one, other) : (other, one);
        if (longer.Length != shorter.Length + 1) return false;
        var (place, digit) = longer[..2] switch { "55" => (4, '9'), "52" => (2, '1'), "54" => (2, '9'), _ => (-1, ' ') };
        return place >= 0 && longer[place] == digit && longer.Remove(place, 1) == shorter;
    }
}
