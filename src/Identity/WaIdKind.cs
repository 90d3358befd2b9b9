namespace Pipeline.Identity;

/// <summary>What an address stands for. The server part alone decides, never the shape of the digits.</summary>
public enum WaIdKind
{
    /// <summary>A server this product does not know.</summary>
    Unknown,

    /// <summary>An account addressed by its phone.</summary>
    User,

    /// <summary>An account addressed by its opaque LID. The digits are not a phone.</summary>
    Lid,

    /// <summary>A group or community.</summary>
    Group,

    /// <summary>The stories channel, <c>status@broadcast</c>.</summary>
    Status,

    /// <summary>A broadcast list.</summary>
    Broadcast,

    /// <summary>A public channel.</summary>
    Newsletter,

    /// <summary>An automaton: an AI bot, or WhatsApp itself announcing something.</summary>
    Bot,
}
