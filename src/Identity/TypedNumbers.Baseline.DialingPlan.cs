namespace Pipeline.Identity;

/// <summary>How people of one region dial.</summary>
/// <param name="Code">Calling code.</param>
/// <param name="Trunk">What is dialled before a home number; may be empty.</param>
/// <param name="International">What is dialled before a calling code.</param>
/// <param name="MinLength">Fewest digits of a home number without trunk prefix.</param>
/// <param name="MaxLength">Most digits of a home number without trunk prefix.</param>
internal sealed record DialingPlan(string Code, string Trunk, string International, int MinLength, int MaxLength)
{
    // Region, calling code, then what is unusual: t trunk prefix (“-” for none, default 0), i international prefix (default 00), n fewest-most digits (default 6-11).
    private const string Table = """
        AC 247 t- n4-6|AD 376 t- n6-9|AE 971 n7-9|AF 93 n9-9|AG 1|AI 1|AL 355 n6-9|AM 374 n8-8|AO 244 t- n9-9|AR 54 n10-11|AS 1|AT 43 n4-13|AU 61 i0011 n6-10|AW 297 t- n7-7|AX 358
        AZ 994 n9-9|BA 387 n8-9|BB 1|BD 880 n6-10|BE 32 n8-9|BF 226 t- n8-8|BG 359 n7-9|BH 973 t- n8-8|BI 257 t- n8-8|BJ 229 t- n8-10|BL 590 n9-9|BM 1|BN 673 t- n7-7|BO 591 n8-8
        BQ 599 t- n7-8|BR 55 n10-11|BS 1|BT 975 t- n7-8|BW 267 t- n7-8|BY 375 t8 i810 n9-9|BZ 501 t- n7-7|CA 1|CC 61 i0011|CD 243 n7-9|CF 236 t- n8-8|CG 242 t- n9-9|CH 41 n9-9|CI 225 t- n8-10
        CK 682 t- n5-5|CL 56 t- n8-9|CM 237 t- n8-9|CN 86 n7-11|CO 57 n8-10 t-|CR 506 t- n8-8|CU 53 n6-8|CV 238 t- n7-7|CW 599 t- n7-8|CX 61 i0011|CY 357 t- n8-8|CZ 420 t- n9-9|DE 49 n6-11
        DJ 253 t- n8-8|DK 45 t- n8-8|DM 1|DO 1|DZ 213 n8-9|EC 593 n8-9|EE 372 t- n7-8|EG 20 n8-10|EH 212 n9-9|ER 291 n7-7|ES 34 t- n9-9|ET 251 n9-9|FI 358 n5-12|FJ 679 t- n7-7|FK 500 t- n5-5
        FM 691 t- n7-7|FO 298 t- n6-6|FR 33 n9-9|GA 241 n7-8|GB 44 n9-10|GD 1|GE 995 n9-9|GF 594 n9-9|GG 44 n9-10|GH 233 n9-9|GI 350 t- n8-8|GL 299 t- n6-6|GM 220 t- n7-7|GN 224 t- n8-9|GP 590 n9-9
        GQ 240 t- n9-9|GR 30 t- n10-10|GT 502 t- n8-8|GU 1|GW 245 t- n7-9|GY 592 t- n7-7|HK 852 i001 t- n8-8|HN 504 t- n8-8|HR 385 n8-9|HT 509 t- n8-8|HU 36 t06 n8-9|ID 62 n8-12|IE 353 n7-9
        IL 972 n8-9|IM 44 n9-10|IN 91 n10-10|IO 246 t- n7-7|IQ 964 n8-10|IR 98 n10-10|IS 354 t- n7-9|IT 39 t- n6-11|JE 44 n9-10|JM 1|JO 962 n8-9|JP 81 i010 n9-10|KE 254 n7-9|KG 996 n9-9|KH 855 n8-9
        KI 686 n5-8|KM 269 t- n7-7|KN 1|KP 850 n8-10|KR 82 i00 n8-10|KW 965 t- n7-8|KY 1|KZ 7 t8 i810 n10-10|LA 856 n8-10|LB 961 n7-8|LC 1|LI 423 t- n7-9|LK 94 n9-9|LR 231 n7-9|LS 266 t- n8-8
        LT 370 n8-8|LU 352 t- n4-11|LV 371 t- n8-8|LY 218 n8-9|MA 212 n9-9|MC 377 n8-9|MD 373 n8-8|ME 382 n8-9|MF 590 n9-9|MG 261 n9-9|MH 692 n7-7|MK 389 n8-8|ML 223 t- n8-8|MM 95 n6-10
        MN 976 n8-8|MO 853 t- n8-8|MP 1|MQ 596 n9-9|MR 222 t- n8-8|MS 1|MT 356 t- n8-8|MU 230 t- n7-8|MV 960 t- n7-7|MW 265 n7-9|MX 52 t01 n10-11|MY 60 n8-10|MZ 258 t- n8-9|NA 264 n8-9|NC 687 t- n6-6
        NE 227 t- n8-8|NF 672 t- n5-6|NG 234 n7-10 i009|NI 505 t- n8-8|NL 31 n9-9|NO 47 t- n8-8|NP 977 n8-10|NR 674 t- n7-7|NU 683 t- n4-7|NZ 64 n8-10|OM 968 t- n7-8|PA 507 t- n7-8|PE 51 n8-9
        PF 689 t- n6-8|PG 675 t- n7-8|PH 63 n8-10|PK 92 n9-10|PL 48 t- n9-9|PM 508 n6-9|PR 1|PS 970 n8-9|PT 351 t- n9-9|PW 680 t- n7-7|PY 595 n8-9|QA 974 t- n7-8|RE 262 n9-9|RO 40 n9-9|RS 381 n8-9
        RU 7 t8 i810 n10-10|RW 250 n8-9|SA 966 n9-9|SB 677 t- n5-7|SC 248 t- n7-7|SD 249 n9-9|SE 46 n7-9|SG 65 i001 t- n8-8|SH 290 t- n4-5|SI 386 n8-8|SJ 47 t- n8-8|SK 421 n9-9|SL 232 n8-8
        SM 378 t- n6-10|SN 221 t- n9-9|SO 252 n7-9|SR 597 t- n6-7|SS 211 n9-9|ST 239 t- n7-7|SV 503 t- n8-8|SX 1|SY 963 n8-9|SZ 268 t- n8-8|TC 1|TD 235 t- n8-8|TG 228 t- n8-8|TH 66 i001 n8-9
        TJ 992 t- i810 n9-9|TK 690 t- n4-7|TL 670 t- n7-8|TM 993 t8 i810 n8-8|TN 216 t- n8-8|TO 676 t- n5-7|TR 90 n10-10|TT 1|TV 688 t- n5-7|TW 886 n8-9|TZ 255 n9-9|UA 380 n9-9|UG 256 n9-9|US 1
        UY 598 n7-8|UZ 998 t- n9-9|VA 39 t- n6-11|VC 1|VE 58 n10-10|VG 1|VI 1|VN 84 n7-10|VU 678 t- n5-7|WF 681 t- n6-6|WS 685 t- n5-7|XK 383 n8-9|YE 967 n7-9|YT 262 n9-9|ZA 27 n9-9|ZM 260 n9-9|ZW 263 n5-10
        """;

    private static readonly Dictionary<string, DialingPlan> Regions = Read();
    private static readonly Dictionary<string, DialingPlan> Codes = Regions.Values.DistinctBy(p => p.Code).ToDictionary(p => p.Code);

    /// <summary>The plan of a region (ISO 3166, two letters, any case); null for an unknown one.</summary>
    public static DialingPlan? Of(string? region) => region is not null && Regions.TryGetValue(region.ToUpperInvariant(), out var plan) ? plan : null;

    /// <summary>A plan with this calling code.</summary>
    public static DialingPlan? OfCode(string code) => Codes.GetValueOrDefault(code);

    /// <summary>The home number without what is dialled before it, as a number written in full has it.</summary>
    public ReadOnlySpan<char> WithoutTrunk(ReadOnlySpan<char> home)
    {
        // Mexico: 044 and 045 stood before mobiles until 2019.
        if (Code == "52" && home.Length == 13 && (home.StartsWith("044") || home.StartsWith("045"))) return home[3..];
        if (Trunk.Length > 0 && home.StartsWith(Trunk) && (Code != "1" || home.Length == 11)) home = home[Trunk.Length..];

        // Argentina: area 15 subscriber at home is 9 area subscriber in full.
        if (Code == "54" && home.Length == 12 && PhoneRules.Canonical(string.Concat("54", home)) is ['+', '5', '4', .. var mobile]) return mobile;
        return home;
    }

    private static Dictionary<string, DialingPlan> Read()
    {
        var plans = new Dictionary<string, DialingPlan>();
        foreach (var entry in Table.Split(['|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = entry.Split(' ');
            var isAmerican = words[1] == "1";
            var plan = new DialingPlan(words[1], isAmerican ? "1" : "0", isAmerican ? "011" : "00", isAmerican ? 10 : 6, isAmerican ? 10 : 11);
            foreach (var word in words.AsSpan(2))
            {
                plan = word[0] switch
                {
                    't' => plan with { Trunk = word is "t-" ? "" : word[1..] },
                    'i' => plan with { International = word[1..] },
                    _ => plan with { MinLength = int.Parse(word.AsSpan(1, word.IndexOf('-') - 1)), MaxLength = int.Parse(word.AsSpan(word.IndexOf('-') + 1)) },
                };
            }
            plans.Add(words[0], plan);
        }
        return plans;
    }
}
