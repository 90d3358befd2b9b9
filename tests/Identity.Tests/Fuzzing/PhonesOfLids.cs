using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Identity.Fuzzing;

/// <summary>The first law: no phone has a LID's digits, unless the same digits were also seen as something else than a LID.</summary>
internal static partial class PhonesOfLids
{
    /// <summary>The phones in what was read that break it.</summary>
    public static IReadOnlyList<PhoneNumber> In(ReadEvent read, ReadOnlyMemory<byte> json, OwnAddresses own)
    {
        List<PhoneNumber>? suspects = null;
        foreach (var phone in Phones(read))
        {
            if (!own.Contains(phone) && suspects?.Contains(phone) != true) (suspects ??= []).Add(phone);
        }
        if (suspects is null) return [];
        var seen = SeenElsewhereThanOnALidServer(Encoding.UTF8.GetString(json.Span));
        suspects.RemoveAll(seen.Contains);
        return suspects;
    }

    private static IEnumerable<PhoneNumber> Phones(ReadEvent read)
    {
        foreach (var party in new[] { read.Peer, read.Author, read.Reader, read.Contact, read.TargetAuthor })
        {
            if (party?.Phone is { } phone) yield return phone;
        }
        foreach (var pair in read.Pairs) yield return pair.Phone;
        foreach (var phone in read.OwnStated?.Phones ?? []) yield return phone;
        if (read.Hint is { } hint) yield return hint;
    }

    private static HashSet<PhoneNumber> SeenElsewhereThanOnALidServer(string json)
    {
        var seen = new HashSet<PhoneNumber>();
        foreach (Match match in Digits().Matches(json))
        {
            if (!match.Groups["lid"].Success && PhoneNumber.FromE164("+" + match.Groups["digits"].Value) is { } phone) seen.Add(phone);
        }
        return seen;
    }

    [GeneratedRegex("""(?<digits>[0-9]{7,20})([:_.][^@"]*)?(?<lid>@(hosted\.)?lid["\s])?""", RegexOptions.IgnoreCase)]
    private static partial Regex Digits();
}
