namespace Pipeline.Identity;

/// <summary>The shapes of events this product reads; several producers' names lead to one shape.</summary>
internal enum EventShape
{
    Unknown,
    Message,
    MessageUpdate,
    ReceiptUpdate,
    Reaction,
    Delete,
    Edited,
    History,
    Contact,
    Chat,
    ChatDelete,
    LidMapping,
    Group,
    GroupParticipants,
    GroupRequest,
    Call,
    Presence,
    Connection,
    WahaAck,
    WahaReaction,
    WahaRevoked,
    WahaEdited,
    WahaGroup,
}
