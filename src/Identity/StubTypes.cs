using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>The types of records without content, written as number or as name depending on the producer.</summary>
internal static class StubTypes
{
    public const string Ciphertext = "CIPHERTEXT";
    public const string Revoke = "REVOKE";
    public const string AdminRevoke = "ADMIN_REVOKE";
    public const string Subject = "GROUP_CHANGE_SUBJECT";

    /// <summary>The type by name; null when there is none. Numbers without a name here stay numbers.</summary>
    public static string? Of(JsonElement value)
    {
        var word = JsonText.Identifier(value);
        return word switch
        {
            null or "0" or "UNKNOWN" => null,
            "1" => Revoke,
            "2" => Ciphertext,
            "132" or "ADMIN_REVOKE" => AdminRevoke,
            "20" => "GROUP_CREATE",
            "21" => Subject,
            "22" => "GROUP_CHANGE_ICON",
            "27" => "GROUP_PARTICIPANT_ADD",
            "28" => "GROUP_PARTICIPANT_REMOVE",
            "29" => "GROUP_PARTICIPANT_PROMOTE",
            "30" => "GROUP_PARTICIPANT_DEMOTE",
            "31" => "GROUP_PARTICIPANT_INVITE",
            "32" => "GROUP_PARTICIPANT_LEAVE",
            "33" => "GROUP_PARTICIPANT_CHANGE_NUMBER",
            "40" => "CALL_MISSED_VOICE",
            "41" => "CALL_MISSED_VIDEO",
            "42" => "INDIVIDUAL_CHANGE_NUMBER",
            "45" => "CALL_MISSED_GROUP_VOICE",
            "46" => "CALL_MISSED_GROUP_VIDEO",
            "68" => "OVERSIZED",
            "72" => "CHANGE_EPHEMERAL_SETTING",
            "213" => "CHANGE_LID",
            _ => word,
        };
    }
}
