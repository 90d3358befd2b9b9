using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>Every field a message's content can have that this product knows, with the place of its text.</summary>
internal static class ContentTypes
{
    private static readonly ContentType Wrapper = new(ContentForm.Wrapper);
    private static readonly ContentType Beside = new(ContentForm.Beside);
    private static readonly ContentType KeyMaterial = new(ContentForm.KeyMaterial);
    private static readonly ContentType Poll = new(ContentForm.Shown, "poll", static e => First(e, "name"u8));

    private static readonly Utf8Names<ContentType> Known = new(All());

    /// <summary>What a content field is; null when it is not known.</summary>
    public static ContentType? Find(ReadOnlySpan<byte> name) => Known.Find(name);

    private static Dictionary<string, ContentType> All()
    {
        var types = new Dictionary<string, ContentType>
        {
            ["conversation"] = new(ContentForm.Shown, "text", static e => JsonText.Of(e)),
            ["extendedTextMessage"] = Shown("text", static e => First(e, "text"u8)),
            ["imageMessage"] = Shown("image", Caption),
            ["videoMessage"] = Shown("video", Caption),
            ["ptvMessage"] = Shown("video_note"),
            ["audioMessage"] = Shown("audio"),
            ["documentMessage"] = Shown("document", Caption),
            ["stickerMessage"] = Shown("sticker"),
            ["stickerPackMessage"] = Shown("sticker_pack", Caption),
            ["locationMessage"] = Shown("location", static e => First(e, "name"u8, "address"u8, "comment"u8)),
            ["liveLocationMessage"] = Shown("live_location", Caption),
            ["contactMessage"] = Shown("contact", static e => First(e, "displayName"u8)),
            ["contactsArrayMessage"] = Shown("contacts", static e => First(e, "displayName"u8)),
            ["albumMessage"] = Shown("album"),
            ["pollCreationMessage"] = Poll,
            ["pollCreationMessageV2"] = Poll,
            ["pollCreationMessageV3"] = Poll,
            ["pollCreationMessageV5"] = Poll,
            ["pollCreationMessageV6"] = Poll,
            ["pollResultSnapshotMessage"] = Shown("poll_result", static e => First(e, "name"u8)),
            ["pollResultSnapshotMessageV3"] = Shown("poll_result", static e => First(e, "name"u8)),
            ["buttonsResponseMessage"] = Shown("buttons_reply", static e => First(e, "selectedDisplayText"u8, "selectedButtonId"u8)),
            ["listResponseMessage"] = Shown("list_reply", static e => First(e, "title"u8) is { Length: > 0 } title ? title : First(e, "singleSelectReply"u8, ["selectedRowId"])),
            ["templateButtonReplyMessage"] = Shown("template_reply", static e => First(e, "selectedDisplayText"u8, "selectedId"u8)),
            ["interactiveResponseMessage"] = Shown("interactive_reply", static e => First(e, "body"u8, ["text"]) is { Length: > 0 } body ? body : First(e, "nativeFlowResponseMessage"u8, ["paramsJson"])),
            ["buttonsMessage"] = Shown("buttons", static e => First(e, "contentText"u8, "text"u8)),
            ["listMessage"] = Shown("list", static e => First(e, "description"u8, "title"u8)),
            ["templateMessage"] = Shown("template", static e => First(e, "hydratedFourRowTemplate"u8, ["hydratedContentText"]) is { Length: > 0 } rows ? rows : First(e, "hydratedTemplate"u8, ["hydratedContentText"]) ?? First(e, "interactiveMessageTemplate"u8, ["body", "text"])),
            ["interactiveMessage"] = Shown("interactive", static e => First(e, "body"u8, ["text"])),
            ["orderMessage"] = Shown("order", static e => First(e, "message"u8, "orderTitle"u8)),
            ["invoiceMessage"] = Shown("invoice", static e => First(e, "note"u8)),
            ["productMessage"] = Shown("product", static e => First(e, "body"u8) is { Length: > 0 } body ? body : First(e, "product"u8, ["title"])),
            ["groupInviteMessage"] = Shown("group_invite", static e => First(e, "caption"u8, "groupName"u8)),
            ["newsletterAdminInviteMessage"] = Shown("newsletter_invite", static e => First(e, "caption"u8, "newsletterName"u8)),
            ["newsletterFollowerInviteMessageV2"] = Shown("newsletter_invite", static e => First(e, "caption"u8, "newsletterName"u8)),
            ["eventMessage"] = Shown("event", static e => First(e, "name"u8)),
            ["scheduledCallCreationMessage"] = Shown("scheduled_call", static e => First(e, "title"u8)),
            ["sendPaymentMessage"] = Shown("payment", static e => First(e, "noteMessage"u8, ["extendedTextMessage", "text"]) ?? First(e, "noteMessage"u8, ["conversation"])),
            ["requestPaymentMessage"] = Shown("payment_request", static e => First(e, "noteMessage"u8, ["extendedTextMessage", "text"]) ?? First(e, "noteMessage"u8, ["conversation"])),
            ["highlyStructuredMessage"] = Shown("template"),
            ["requestPhoneNumberMessage"] = Shown("phone_request"),
            ["questionResponseMessage"] = Shown("question_reply", static e => First(e, "text"u8)),
            ["statusQuotedMessage"] = Shown("status_reply", static e => First(e, "text"u8)),
            ["statusStickerInteractionMessage"] = Shown("status_sticker"),
            ["richResponseMessage"] = Shown("rich_reply"),
            ["placeholderMessage"] = Shown("placeholder"),
            ["messageHistoryBundle"] = Shown("history_bundle"),
            ["messageHistoryNotice"] = Shown("history_notice"),

            ["protocolMessage"] = new(ContentForm.Protocol),
            ["reactionMessage"] = new(ContentForm.Reaction, "reaction"),
            ["encReactionMessage"] = new(ContentForm.Reaction, "reaction"),
            ["pollUpdateMessage"] = new(ContentForm.PollVote, "poll_vote"),
            ["secretEncryptedMessage"] = new(ContentForm.Secret),
            ["encCommentMessage"] = Shown("comment"),

            ["encEventResponseMessage"] = Happened("event_response"),
            ["eventResponseMessage"] = Happened("event_response"),
            ["pinInChatMessage"] = Happened("pin"),
            ["keepInChatMessage"] = Happened("keep"),
            ["callLogMesssage"] = Happened("call_log"),
            ["callLogMessage"] = Happened("call_log"),
            ["bcallMessage"] = Happened("call"),
            ["call"] = Happened("call"),
            ["scheduledCallEditMessage"] = Happened("scheduled_call"),
            ["stickerSyncRmrMessage"] = Happened("protocol"),
            ["statusNotificationMessage"] = Happened("status_notification"),
            ["encEventUpdateMessage"] = Happened("event_update"),
            ["declinePaymentRequestMessage"] = Happened("payment"),
            ["cancelPaymentRequestMessage"] = Happened("payment"),
            ["paymentInviteMessage"] = Happened("payment"),

            ["messageContextInfo"] = Beside,
            ["senderKeyDistributionMessage"] = KeyMaterial,
            ["fastRatchetKeySenderKeyDistributionMessage"] = KeyMaterial,
        };
        foreach (var name in new[]
        {
            "deviceSentMessage", "botInvokeMessage", "ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension",
            "lottieStickerMessage", "documentWithCaptionMessage", "editedMessage", "associatedChildMessage", "groupStatusMessage",
            "groupStatusMessageV2", "groupMentionedMessage", "botTaskMessage", "botForwardedMessage", "eventCoverImage", "statusMentionMessage",
            "groupStatusMentionMessage", "statusAddYours", "pollCreationOptionImageMessage", "pollCreationMessageV4", "limitSharingMessage",
            "questionMessage", "questionReplyMessage", "statusQuestionAnswerMessage", "commentMessage", "spoilerMessage", "newsletterAdminProfileMessage",
        }) types[name] = Wrapper;
        return types;
    }

    private static ContentType Shown(string word, Func<JsonElement, string?>? text = null) => new(ContentForm.Shown, word, text);

    private static ContentType Happened(string word) => new(ContentForm.System, word);

    private static string? Caption(JsonElement content) => First(content, "caption"u8);

    /// <summary>The first text that is not empty; the empty text when there are only such, null when there is none.</summary>
    private static string? First(JsonElement content, ReadOnlySpan<byte> one, ReadOnlySpan<byte> two = default, ReadOnlySpan<byte> three = default)
    {
        var text = JsonText.Of(content, one);
        if (string.IsNullOrEmpty(text) && !two.IsEmpty) text = JsonText.Of(content, two) ?? text;
        if (string.IsNullOrEmpty(text) && !three.IsEmpty) text = JsonText.Of(content, three) ?? text;
        return text;
    }

    private static string? First(JsonElement content, ReadOnlySpan<byte> field, ReadOnlySpan<string> path)
    {
        if (!JsonText.TryGet(content, field, out var inner)) return null;
        foreach (var step in path)
        {
            if (inner.ValueKind != JsonValueKind.Object || !inner.TryGetProperty(step, out inner)) return null;
        }
        return JsonText.Of(inner);
    }
}
