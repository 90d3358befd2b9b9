using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>What a message's content is, after every wrapper is taken off. Quotes are never entered for text: they are somebody else's words.</summary>
internal struct MessageContent
{
    /// <summary>More wrappers than this are not opened; real messages have at most a handful.</summary>
    public const int MaxWrappers = 64;

    /// <summary>The content decides the kind of event: edit, revoke, reaction, vote, system. Null for ordinary content.</summary>
    public EventKind? Control { get; private set; }

    public string? Type { get; private set; }

    public string? Text { get; private set; }

    public string? Reaction { get; private set; }

    /// <summary>The key of the message that this one is about.</summary>
    public JsonElement TargetKey { get; private set; }

    /// <summary>The content's context: quote, forwarding, advertisement.</summary>
    public JsonElement Context { get; private set; }

    /// <summary>The content came in an edit wrapper.</summary>
    public bool IsEdited { get; private set; }

    public bool TooManyWrappers { get; private set; }

    /// <summary>Reads the value of a <c>message</c> field that is an object.</summary>
    public static MessageContent Of(JsonElement message)
    {
        var content = new MessageContent();
        for (var depth = 0; ; depth++)
        {
            if (depth > MaxWrappers)
            {
                content.TooManyWrappers = true;
                content.Type = "unknown";
                return content;
            }
            if (content.ReadLevel(message) is not { } inner) return content;
            message = inner;
        }
    }

    /// <summary>A text known without a message, as some producers give it.</summary>
    public static MessageContent Plain(string? type, string? text) => new() { Type = type, Text = text };

    /// <summary>Reads a protocol part that stands alone.</summary>
    public static MessageContent OfProtocol(JsonElement protocol)
    {
        var content = new MessageContent();
        content.TakeProtocol(protocol);
        return content;
    }

    // Reads one level; gives the next one to read when this was a wrapper.
    private JsonElement? ReadLevel(JsonElement message)
    {
        ContentType? best = null;
        JsonElement bestValue = default, wrapped = default;
        bool unknown = false, keys = false, edited = false;
        foreach (var property in message.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null) continue;
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            var type = ContentTypes.Find(name);
            switch (type?.Form)
            {
                case null:
                    unknown |= property.Value.ValueKind == JsonValueKind.Object;
                    break;
                case ContentForm.Beside:
                    break;
                case ContentForm.KeyMaterial:
                    keys = true;
                    break;
                case ContentForm.Wrapper:
                    if (JsonText.TryGet(property.Value, "message"u8, out var inner) && inner.ValueKind == JsonValueKind.Object)
                    {
                        if (wrapped.ValueKind == JsonValueKind.Undefined) (wrapped, edited) = (inner, name.SequenceEqual("editedMessage"u8));
                    }
                    break;
                case ContentForm.Protocol:
                    (best, bestValue) = (type, property.Value);
                    break;
                default:
                    // An unset field of the oldest dialect is an empty text beside the real content.
                    if (best is null || IsEmptyText(bestValue)) (best, bestValue) = (type, property.Value);
                    break;
            }
        }
        if (wrapped.ValueKind == JsonValueKind.Object && best?.Form != ContentForm.Protocol)
        {
            IsEdited |= edited;
            return wrapped;
        }
        if (best is not null) Take(best, bestValue);
        else if (unknown) Type = "unknown";
        else if (keys) Control = EventKind.System;
        return null;
    }

    private static bool IsEmptyText(JsonElement value) => value.ValueKind == JsonValueKind.String && JsonText.Is(value, ""u8);

    private void Take(ContentType type, JsonElement value)
    {
        Type = type.Word;
        if (JsonText.TryGet(value, "contextInfo"u8, out var context)) Context = context;
        switch (type.Form)
        {
            case ContentForm.Shown:
                Text = type.Text?.Invoke(value);
                break;
            case ContentForm.Reaction:
                Control = EventKind.Reaction;
                Target(value, "key"u8, "targetMessageKey"u8);
                Reaction = JsonText.Of(value, "text"u8);
                break;
            case ContentForm.PollVote:
                Control = EventKind.PollVote;
                Target(value, "pollCreationMessageKey"u8, default);
                break;
            case ContentForm.Secret:
                Target(value, "targetMessageKey"u8, default);
                Control = IsEdit(value) ? EventKind.Edit : EventKind.System;
                break;
            case ContentForm.Protocol:
                TakeProtocol(value);
                break;
            default:
                Control = EventKind.System;
                break;
        }
    }

    private static bool IsEdit(JsonElement secret)
    {
        if (!JsonText.TryGet(secret, "secretEncType"u8, out var type)) return false;
        if (type.ValueKind == JsonValueKind.String) return JsonText.Is(type, "MESSAGE_EDIT"u8) || JsonText.Is(type, "EVENT_EDIT"u8) || JsonText.Is(type, "POLL_EDIT"u8);
        return JsonText.TryInteger(type, out var number) && number is 1 or 2 or 4;
    }

    private void TakeProtocol(JsonElement protocol)
    {
        Target(protocol, "key"u8, default);
        var code = ProtocolType(protocol);
        switch (code)
        {
            // The type's default is left out by some writers: a key and no type is a revoke.
            case "REVOKE" or "0":
            case null when TargetKey.ValueKind == JsonValueKind.Object:
                Control = EventKind.Revoke;
                Type = "revoke";
                break;
            case "MESSAGE_EDIT" or "14":
                Control = EventKind.Edit;
                if (!JsonText.TryGet(protocol, "editedMessage"u8, out var edited) || edited.ValueKind != JsonValueKind.Object) break;
                var content = Of(edited);
                (Text, Type) = content.Control is null ? (content.Text, content.Type) : (null, null);
                break;
            default:
                Control = EventKind.System;
                Type = code is "SHARE_PHONE_NUMBER" or "11" ? "share_phone_number" : code is "EPHEMERAL_SETTING" or "3" ? "timer" : "protocol";
                break;
        }
    }

    private static string? ProtocolType(JsonElement protocol) =>
        JsonText.TryGet(protocol, "type"u8, out var type) ? JsonText.Identifier(type) : null;

    private void Target(JsonElement value, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherName)
    {
        if (JsonText.TryGet(value, name, out var key) || (!otherName.IsEmpty && JsonText.TryGet(value, otherName, out key))) TargetKey = key;
    }
}
