using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Pipeline.Resolver;

/// <summary>How people are resolved (section <c>Resolver</c>).</summary>
public sealed class ResolverOptions : IValidatableObject
{
    private const string Hint = "hint";
    private const string Trust = "trust";

    /// <summary>Base address of the producer's resolve endpoint, for example <c>http://baileys:3000</c>; empty when there is none.</summary>
    public string EndpointUrl { get; set; } = "";

    /// <summary>How long a batch waits for the endpoint. What has not answered by then goes on unresolved and is finished in the background.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan EndpointWait { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Time limit of one request to the endpoint.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:30")]
    public TimeSpan EndpointAttempt { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Time limit of one look-up, all attempts together.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan EndpointTotal { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many look-ups may be under way at once.</summary>
    [Range(1, 1000)]
    public int EndpointConcurrency { get; set; } = 16;

    /// <summary>How often the parked LIDs are looked through for questions that are due.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan RecheckEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What a quoted author is, in a one-to-one chat whose peer has no phone: a <c>hint</c> (shown, never used), or to <c>trust</c> as the
    /// weakest evidence. The sender's client fills it in, so it can be forged. For one business: <c>Resolver:Businesses:{id}</c>.
    /// </summary>
    [AllowedValues(Hint, Trust, ErrorMessage = "Resolver:QuotedAuthor is hint or trust.")]
    public string QuotedAuthor { get; set; } = Hint;

    /// <summary>What differs for a business, by its id: <c>Resolver:Businesses:17=trust</c> trusts quoted authors for business 17, <c>hint</c> does not.</summary>
    public Dictionary<string, string> Businesses { get; } = [];

    /// <summary>How many LIDs the process remembers, the unknown ones included. About 300 bytes each.</summary>
    [Range(1000, 10_000_000)]
    public int MemoryEntries { get; set; } = 200_000;

    /// <summary>How many of the newest LIDs of its partitions a process loads before its first batch; 0 for none. It never holds more than half of the memory.</summary>
    [Range(0, 5_000_000)]
    public int WarmUpEntries { get; set; } = 50_000;

    /// <summary>How many entries an empty Redis is filled with.</summary>
    [Range(0, 100_000_000)]
    public int RedisRefillEntries { get; set; } = 1_000_000;

    /// <summary>How long Redis may take for one batch before it is passed over.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:05")]
    public TimeSpan RedisLimit { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long Redis keeps an entry that nobody asks for.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan RedisTimeToLive { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Goes before every Redis key, so that several installations can share a server.</summary>
    [Required, RegularExpression("^[a-zA-Z0-9:._-]{1,60}$", ErrorMessage = "Resolver:RedisKeyPrefix holds letters, digits and : . _ - only.")]
    public string RedisKeyPrefix { get; set; } = "whatsapp:lid:";

    /// <summary>True when the business takes a quoted author for the author.</summary>
    public bool TrustsQuotes(long business) =>
        (Businesses.Count > 0 && Businesses.TryGetValue(business.ToString(CultureInfo.InvariantCulture), out var own) ? own : QuotedAuthor) == Trust;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (EndpointUrl.Length > 0 && !(Uri.TryCreate(EndpointUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return new ValidationResult("Resolver:EndpointUrl is an absolute http or https address, or empty.");
        if (EndpointTotal < EndpointAttempt)
            yield return new ValidationResult("Resolver:EndpointTotal is shorter than Resolver:EndpointAttempt.");
        foreach (var (business, word) in Businesses)
            if (!(long.TryParse(business, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 && word is Hint or Trust))
                yield return new ValidationResult($"Resolver:Businesses:{business} is not a setting: the name is the number of a business, the value hint or trust.");
    }
}
