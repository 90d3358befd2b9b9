namespace Pipeline.ThreadLinker;

/// <summary>A row of <c>whatsapp_conversation</c>.</summary>
public sealed class LinkedConversation
{
    private LinkedConversation(long businessId, string key, long leadId, string? groupId) =>
        (BusinessId, Key, LeadId, GroupId) = (businessId, key, leadId, groupId);

    /// <summary>The business.</summary>
    public long BusinessId { get; }

    /// <summary>The canonical key, unique in the business.</summary>
    public string Key { get; }

    /// <summary>The lead; 0 for a group.</summary>
    public long LeadId { get; }

    /// <summary>The group's id; null for a direct chat.</summary>
    public string? GroupId { get; }

    /// <summary>The row's id; 0 until it has been stored.</summary>
    public long Id { get; set; }

    /// <summary>The conversation with a lead.</summary>
    public static LinkedConversation WithLead(long businessId, long leadId, long id = 0) =>
        new(businessId, KeyOfLead(businessId, leadId), leadId, null) { Id = id };

    /// <summary>The conversation of a group.</summary>
    public static LinkedConversation OfGroup(long businessId, string groupId, long id = 0) =>
        new(businessId, KeyOfGroup(businessId, groupId), 0, groupId) { Id = id };

    /// <summary>The canonical key of a group's conversation.</summary>
    public static string KeyOfGroup(long businessId, string groupId) => $"group:{businessId}:{groupId}";

    // The same text is put together in SQL, see PostgresDirectory.
    private static string KeyOfLead(long businessId, long leadId) => $"lead:{businessId}:{leadId}";
}
