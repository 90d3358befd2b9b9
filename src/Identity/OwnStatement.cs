using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>What an event says about the account of its own session.</summary>
internal static class OwnStatement
{
    private static readonly string[] Accounts = ["me", "user"];

    /// <summary>The account in a connection event or webhook body; null when it names none that can be read.</summary>
    public static OwnAddresses? Of(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return null;
        var own = OwnAddresses.None;
        foreach (var name in Accounts)
        {
            if (!root.TryGetProperty(name, out var account)) continue;
            own = account.ValueKind == JsonValueKind.Object
                ? own.With(JsonText.Filled(account, "id"u8), JsonText.Filled(account, "lid"u8))
                    .With(JsonText.Filled(account, "phoneNumber"u8) ?? JsonText.Filled(account, "jid"u8), null)
                : own.With(FullAddress(JsonText.Filled(account)), null);
        }
        own = own.With(FullAddress(JsonText.Filled(root, "wuid"u8)), null);
        return own.IsEmpty ? null : own;
    }

    // Outside of an account's own fields bare digits are not guessed at.
    private static string? FullAddress(string? text) => text is not null && text.Contains('@') ? text : null;
}
