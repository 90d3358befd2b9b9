using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.ThreadLinker;

namespace Pipeline.Cli.Leads;

/// <summary>One lead as a line of a file or a command gives it.</summary>
internal sealed record LeadLine
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The business.</summary>
    public long Business { get; init; }

    /// <summary>The CRM's own id.</summary>
    public string ExternalId { get; init; } = "";

    /// <summary>The phone, in any form that <c>Region</c> allows.</summary>
    public string Phone { get; init; } = "";

    /// <summary>Whose habit the phone is written in.</summary>
    public string Region { get; init; } = "";

    /// <summary>The name.</summary>
    public string Name { get; init; } = "";

    /// <summary>LIDs.</summary>
    public IReadOnlyList<string> Lids { get; init; } = [];

    /// <summary>When the CRM changed the lead last; now, when it does not say.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Reads a line of JSON.</summary>
    /// <exception cref="JsonException">It is none, or has a field that a lead has not.</exception>
    public static LeadLine Parse(string json) => JsonSerializer.Deserialize<LeadLine>(json, Strict) ?? throw new JsonException("The line holds null.");

    /// <summary>The lead, ready to be written; or why nobody would take it.</summary>
    /// <param name="now">The time of a lead that has none of its own.</param>
    public (LeadGiven? Lead, Guid EventId, DateTimeOffset At, string? Fault) Check(DateTimeOffset now)
    {
        var at = At ?? now;
        var lead = new LeadGiven
        {
            BusinessId = Business,
            ExternalId = ExternalId,
            Phone = Phone,
            Region = Region.ToUpperInvariant(),
            Name = Name,
            Lids = { Lids },
            At = Timestamp.FromDateTimeOffset(at),
        };
        switch (GivenLead.Read(lead, Topics.KeyOf(Business), now, ""))
        {
            case EventSubject.Given given:
                lead.EventId = given.Cause.EventId.ToString();
                return (lead, given.Cause.EventId, at, null);
            case EventSubject.Unusable unusable:
                return (null, default, at, unusable.Reason == "business_mismatch" ? "A lead belongs to a business: a number from 1." : unusable.Detail);
            default:
                throw new InvalidOperationException("A lead is given or unusable.");
        }
    }
}
