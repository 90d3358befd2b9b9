using System.Text;

namespace Pipeline.Identity;

/// <summary>
/// The characters of names. The sets are written out, because the database has to agree on every character and neither its locale nor
/// the Unicode version of a runtime may decide what is a name. <c>db/migrations/0005-display-names.sql</c> has the same ones.
/// </summary>
internal static class NameText
{
    // Blanks and control characters: U+0001 stands for the start, because Postgres has no U+0000.
    private static readonly (int First, int Last)[] White = Ranges("1-20 7F-A0 1680 2000-200A 2028-2029 202F 205F 3000");

    // Format characters, fillers and selectors that show nothing. Text direction marks are among them.
    private static readonly (int First, int Last)[] Invisible = Ranges(
        "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 2800 3164 FE00-FE0F FEFF FFA0 FFF0-FFFB 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF");

    // Letters of the scripts in use, where needed with their marks. Coarse in what no number is written with: it matters for texts with digits only.
    private static readonly (int First, int Last)[] Letters = Ranges(
        "61-7A AA B5 BA C0-D6 D8-F6 F8-2C1 370-373 376-377 37B-37D 37F 386 388-3F5 3F7-481 48A-556 560-588 5D0-5F2 620-64A 66E-6D3 6D5 6EE-6FC 6FF-167F " +
        "1681-17DC 1820-1FFC 2C00-2CE4 2D00-2DDE 3005-3006 3041-3096 309D-309F 30A1-30FA 30FC-318E 31A0-31BF 31F0-31FF 3400-4DBF 4E00-D7FB F900-FB28 " +
        "FB2A-FBB1 FBD3-FD3D FD50-FDC7 FDF0-FDFB FE70-FEFC FF66-FFDC 10000-1BC99 1D400-1D7CB 1DF00-1EEBB 20000-3FFFF");

    // Where the digits 0-9 of each script begin.
    private const string Zeros =
        "30 660 6F0 7C0 966 9E6 A66 AE6 B66 BE6 C66 CE6 D66 DE6 E50 ED0 F20 1040 1090 17E0 1810 1946 19D0 1A80 1A90 1B50 1BB0 1C40 1C50 A620 A8D0 A900 A9D0 " +
        "A9F0 AA50 ABF0 FF10 104A0 10D30 10D40 11066 110F0 11136 111D0 112F0 11450 114D0 11650 116C0 116D0 116DA 11730 118E0 11950 11BF0 11C50 11D50 11DA0 " +
        "11DE0 11F50 16130 16A60 16AC0 16B50 16D70 1CCF0 1D7CE 1D7D8 1D7E2 1D7EC 1D7F6 1E140 1E2F0 1E4F0 1E5F1 1E950 1FBF0";

    // Raised, lowered and circled digits: first to last, and the value of the first.
    private const string Dressed =
        "B2-B3=2 B9-B9=1 2070-2070=0 2074-2079=4 2080-2089=0 2460-2468=1 2474-247C=1 2488-2490=1 24EA-24EA=0 24F5-24FD=1 24FF-24FF=0 2776-277E=1 2780-2788=1 " +
        "278A-2792=1 1F100-1F100=0 1F101-1F10A=0";

    private static readonly (int First, int Last, int Value)[] Digits =
        [.. (from zero in Zeros.Split(' ').Select(Hex) select (zero, zero + 9, 0)).Concat(from run in Dressed.Split(' ') select Run(run)).OrderBy(run => run.Item1)];

    public static bool IsVisible(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (!Has(White, rune.Value) && !Has(Invisible, rune.Value)) return true;
        return false;
    }

    public static bool HasDigit(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (DigitOf(rune.Value) >= 0) return true;
        return false;
    }

    /// <summary>Whether there is a letter in folded text.</summary>
    public static bool HasLetter(string folded)
    {
        foreach (var rune in folded.EnumerateRunes())
            if (Has(Letters, rune.Value)) return true;
        return false;
    }

    /// <summary>Text to recognise numbers and addresses in: without what is invisible, digits of any script as ASCII, wide letters as narrow ones, A-Z as a-z, every blank as a space.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var c = rune.Value;
            if (Has(Invisible, c)) continue;
            if (DigitOf(c) is >= 0 and var digit) c = '0' + digit;
            else if (Has(White, c)) c = ' ';
            else if (c is >= 0xFF01 and <= 0xFF5E) c -= 0xFEE0;
            if (c is >= 'A' and <= 'Z') c += 'a' - 'A';
            folded.Append(new Rune(c).ToString());
        }
        return folded.ToString();
    }

    public static string Tidy(string text)
    {
        var tidy = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Has(White, rune.Value)) tidy.Append(rune.ToString());
            else if (tidy.Length > 0 && tidy[^1] != ' ') tidy.Append(' ');
        }
        return tidy.ToString().TrimEnd(' ');
    }

    private static int DigitOf(int c)
    {
        if (c < 0x80) return c is >= '0' and <= '9' ? c - '0' : -1;
        foreach (var (first, last, value) in Digits)
        {
            if (c < first) return -1;
            if (c <= last) return value + c - first;
        }
        return -1;
    }

    private static bool Has((int First, int Last)[] ranges, int c)
    {
        foreach (var (first, last) in ranges)
        {
            if (c < first) return false;
            if (c <= last) return true;
        }
        return false;
    }

    private static (int, int)[] Ranges(string text) => [.. from range in text.Split(' ') let ends = range.Split('-') select (Hex(ends[0]), Hex(ends[^1]))];

    private static (int, int, int) Run(string text)
    {
        var parts = text.Split('-', '=');
        return (Hex(parts[0]), Hex(parts[1]), Hex(parts[2]));
    }

    private static int Hex(string text) => Convert.ToInt32(text, 16);
}
