namespace Pipeline.ThreadLinker;

/// <summary>What kind of address an identity is. Postgres holds the lower-case name.</summary>
public enum Channel
{
    /// <summary>A phone in canonical E.164.</summary>
    Phone,

    /// <summary>A WhatsApp address, <c>user@server</c> without device.</summary>
    WhatsApp,
}

/// <summary>Channels as Postgres writes them.</summary>
public static class ChannelText
{
    /// <summary>The text in <c>contact_identities.channel</c>.</summary>
    public static string Text(this Channel channel) => channel == Channel.Phone ? "phone" : "whatsapp";
}
