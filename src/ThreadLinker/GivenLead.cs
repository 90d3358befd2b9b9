using Google.Protobuf.WellKnownTypes;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Storage;

namespace Pipeline.ThreadLinker;

/// <summary>Reads a lead as a CRM gives it.</summary>
public static class GivenLead
{
    private const int LongestId = 512;

    /// <summary>Reads. Nothing is believed that the database would refuse: one field that cannot be read sets the whole lead aside, so that a CRM never half succeeds.</summary>
    /// <param name="lead">What the CRM said.</param>
    /// <param name="key">The key of its record.</param>
    /// <param name="recordTime">When the record was written: the time of a lead that has none of its own.</param>
    /// <param name="defaultRegion">Whose habit a phone is written in when the lead does not say; empty for none.</param>
    public static EventSubject Read(LeadGiven lead, string key, DateTimeOffset recordTime, string defaultRegion)
    {
        if (lead.BusinessId <= 0 || Topics.KeyOf(lead.BusinessId) != key)
            return new EventSubject.Unusable("business_mismatch", "The record's key is not the lead's business.");
        if (string.IsNullOrWhiteSpace(lead.ExternalId) || lead.ExternalId.Length > LongestId)
            return new EventSubject.Unusable("bad_external_id", $"A lead has an external id of 1 to {LongestId} characters.");
        if (lead.At is not null && EventSubject.TimeOf(lead.At) is null)
            return new EventSubject.Unusable("bad_time", "The time of the lead is impossible.");
        var at = EventSubject.TimeOf(lead.At ?? Timestamp.FromDateTimeOffset(recordTime)) ?? DateTime.UnixEpoch;
        var given = ContactIdentity.OfCrm(lead.BusinessId, PostgresText.Of(lead.ExternalId.Trim()));
        if (!Guid.TryParse(lead.EventId, out var id))
        {
            if (lead.EventId.Length > 0) return new EventSubject.Unusable("bad_event_id", "The event id is not a UUID.");
            id = DerivedIds.Of(Guid.Empty, $"lead {lead.BusinessId} {given.ExternalId} {at.Ticks}");
        }

        PhoneEvidence? phone = null;
        if (!string.IsNullOrWhiteSpace(lead.Phone))
        {
            if (PhoneOf(lead.Phone.Trim(), lead.Region.Length > 0 ? lead.Region : defaultRegion) is not { } read)
                return new EventSubject.Unusable("bad_phone", "The lead's phone cannot be read; a phone that is not international needs a region.");
            phone = new PhoneEvidence(read.ToString(), PhoneRank.Given, at);
        }

        var lids = new List<ContactIdentity>(lead.Lids.Count);
        foreach (var text in lead.Lids)
        {
            if (!Lid.TryParse(text, out var lid)) return new EventSubject.Unusable("bad_lid", "One of the lead's LIDs is not a LID.");
            lids.Add(ContactIdentity.OfLid(lead.BusinessId, lid.Digits));
        }
        DatedName? name = string.IsNullOrWhiteSpace(lead.Name) ? null : new DatedName(PostgresText.Of(lead.Name.Trim()), at);
        return new EventSubject.Given(new EventCause(id, at, null), given, phone, name, lids);
    }

    private static PhoneNumber? PhoneOf(string text, string region) =>
        WaId.Parse(text) is { Kind: WaIdKind.User } address ? PhoneNumber.FromAddress(address)
        : PhoneNumber.FromTyped(text, region);
}
