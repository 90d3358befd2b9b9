namespace Pipeline.Laws.Tests;

/// <summary>The forms in which a happening reaches the product; of those that say the same, the simplest first.</summary>
internal enum Shape
{
    LidMapping,
    PhoneNumberShare,
    Call,
    StatusWithAlternate,

    HistoryMapping,
    Contact,
    ContactOfPhone,
    HistoryContact,
    HistoryChat,
    Roster,
    GroupStub,

    DirectByLid,
    BroadcastByLid,
    HistoryByLid,
    ReceiptByLid,
    DeleteByLid,
    OwnAlternate,

    DirectByPhone,
    HistoryByPhone,
    ReceiptByPhone,

    DirectByLidWithAlternate,
    DirectByLidWithPhoneField,
    DirectByLidWithParticipant,
    DirectByPhoneWithAlternate,
    DirectByPhoneWithLidField,
    DirectByPhoneReplacingLid,
    BroadcastWithAlternate,
    HistoryByLidWithAlternate,
    ReactionWithAlternate,

    GroupByLid,
    GroupByPhone,
    GroupByLidWithAlternate,
    GroupByLidWithPhoneField,
    GroupByPhoneWithLidField,
    GroupReceipt,

    OwnChatByLid,
    OwnChatByPhone,
}

/// <summary>Where a happening belongs.</summary>
internal enum Place
{
    /// <summary>No conversation: it only teaches.</summary>
    Nowhere,

    /// <summary>The conversation with one person.</summary>
    Direct,

    /// <summary>A group's conversation.</summary>
    Group,
}

/// <summary>What a shape says, without a word of how the product reads it.</summary>
/// <param name="Place">Where it belongs.</param>
/// <param name="NamesLid">The person's LID is in it.</param>
/// <param name="NamesPhone">The person's phone is in it as a phone address.</param>
/// <param name="IsBulk">What it teaches is a bulk observation.</param>
internal sealed record Traits(Place Place, bool NamesLid, bool NamesPhone, bool IsBulk = false)
{
    /// <summary>It states that LID and phone are one person's.</summary>
    public bool IsPair => NamesLid && NamesPhone;

    public static Traits Of(Shape shape) => shape switch
    {
        Shape.LidMapping or Shape.PhoneNumberShare or Shape.Call or Shape.StatusWithAlternate => new(Place.Nowhere, true, true),
        Shape.HistoryMapping or Shape.Contact or Shape.ContactOfPhone or Shape.HistoryContact or Shape.HistoryChat or Shape.Roster or Shape.GroupStub =>
            new(Place.Nowhere, true, true, IsBulk: true),
        Shape.DirectByLid or Shape.BroadcastByLid or Shape.HistoryByLid or Shape.ReceiptByLid or Shape.DeleteByLid or Shape.OwnAlternate => new(Place.Direct, true, false),
        Shape.DirectByPhone or Shape.HistoryByPhone or Shape.ReceiptByPhone => new(Place.Direct, false, true),
        Shape.HistoryByLidWithAlternate => new(Place.Direct, true, true, IsBulk: true),
        Shape.GroupByLid => new(Place.Group, true, false),
        Shape.GroupByPhone => new(Place.Group, false, true),
        Shape.GroupByLidWithAlternate or Shape.GroupByLidWithPhoneField or Shape.GroupByPhoneWithLidField or Shape.GroupReceipt => new(Place.Group, true, true),
        _ => new(Place.Direct, true, true),
    };
}
