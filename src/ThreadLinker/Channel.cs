namespace Pipeline.ThreadLinker;

/// <summary>What kind of address an identity is. Postgres holds the lower-case name. The order is the one in which the two sides of a pair are stored.</summary>
public enum Channel
{
    /// <summary>A phone in canonical E.164.</summary>
    Phone,

    /// <summary>A WhatsApp address, <c>user@server</c> without device.</summary>
    WhatsApp,

    /// <summary>The id by which a CRM knows its lead.</summary>
    Crm,
}

/// <summary>Channels as Postgres writes them.</summary>
public static class ChannelText
{
    /// <summary>The text in <c>contact_identities.channel</c>.</summary>
    public static string Text(this Channel channel) => channel switch
    {
        Channel.Phone => "phone",
        Channel.WhatsApp => "whatsapp",
        _ => "crm",
    };

    /// <summary>The channel of a stored text.</summary>
    public static Channel Of(string text) => text switch
    {
        "phone" => Channel.Phone,
        "whatsapp" => Channel.WhatsApp,
        "crm" => Channel.Crm,
        _ => throw new InvalidOperationException($"'{text}' is no channel."),
    };
}
