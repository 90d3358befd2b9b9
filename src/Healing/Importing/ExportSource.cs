namespace Pipeline.Healing.Importing;

/// <summary>Which program a history was exported from.</summary>
public enum ExportSource
{
    /// <summary>Evolution API: its Postgres tables, or what <c>findChats</c>, <c>findMessages</c> and <c>findContacts</c> answer.</summary>
    Evolution,

    /// <summary>WAHA: what <c>chats</c>, <c>chats/overview</c>, <c>messages</c>, <c>contacts</c> and <c>lids</c> answer.</summary>
    Waha,

    /// <summary>Chatwoot: contacts as CSV or JSON, and conversations.</summary>
    Chatwoot,
}
