namespace Pipeline.Cli.Explain;

/// <summary>Stored words, in plain ones.</summary>
internal static class SourceWords
{
    /// <summary>Hints are no evidence, and whoever sees one has to be told.</summary>
    public static readonly string[] HintsAreNotUsed =
    [
        "Hints are never used as a phone: the sender's own program fills them in.",
        "(A business that is set to trust quotes has them in the table instead, as quoted.)",
    ];

    /// <summary>How a phone was found, one sentence.</summary>
    /// <param name="source"><c>whatsapp_message.peer_source</c> and its like.</param>
    /// <param name="field">The field of the event that gave it.</param>
    public static string OfSource(string source, string? field) => source switch
    {
        "direct" => $"direct: the address itself is a phone address{In(field)}",
        "envelope" => $"envelope: the same event carried the phone beside the LID{In(field)}",
        "table" => "table: the business's LID table knew it when the message passed",
        "late" => "late: nobody knew the phone when the message passed; the LID table learned it afterwards",
        "endpoint" => "endpoint: the session was asked for it when the message passed, and answered",
        "quoted" => $"quoted: somebody with this phone was quoted{In(field)}; this business is set to trust that",
        _ => "none: nobody knew the phone when the message passed",
    };

    /// <summary>How far a statement about a LID is trusted.</summary>
    /// <param name="grade"><c>lid_mappings.grade</c>.</param>
    public static string OfGrade(string grade) => grade switch
    {
        "strong" => "strong: stated about this very account",
        "seed" => "seed: a bulk observation, or an answer of the endpoint",
        "quoted" => "quoted: somebody with this phone was quoted, and this business is set to trust that",
        _ => grade,
    };

    /// <summary>What gave a lead its phone.</summary>
    /// <param name="rank"><c>person.phone_rank</c>.</param>
    public static string OfRank(int? rank) => rank switch
    {
        3 => "the CRM gave it",
        2 => "an event stated it",
        1 => "a bulk observation, or an answer of the endpoint",
        0 => "looked up in the LID table, or quoted",
        _ => "given from outside",
    };

    /// <summary>Why two leads became one.</summary>
    /// <param name="evidence"><c>lead_merge.evidence</c>.</param>
    public static string OfMerge(string? evidence) => evidence switch
    {
        "lid_and_phone" => "one event named the LID and the phone together",
        "address" => "one event led to both by its address",
        "mapping" => "an event stated that this LID has this phone",
        null => "why was not recorded",
        _ => evidence,
    };

    /// <summary>Who may have put a lead there.</summary>
    /// <param name="owner"><c>leads.owner</c>.</param>
    public static string OfOwner(string owner) => owner switch
    {
        "auto" => "auto: made by the pipeline when the person first appeared",
        "crm" => "crm: given from outside",
        "contact" => "contact: has written, and nobody has made a lead of it",
        _ => owner,
    };

    /// <summary>Why a stated phone is not the best-known one.</summary>
    public static string OfLoss(Loss loss) => loss switch
    {
        Loss.Weaker => "gave way: weaker",
        Loss.Older => "gave way: older",
        Loss.SmallerNumber => "gave way: stated at the same time, and of two the greater number stands",
        _ => "by the rules it should be the best-known one",
    };

    /// <summary>The same as a word.</summary>
    public static string WordOfLoss(Loss loss) => loss switch
    {
        Loss.Weaker => "weaker",
        Loss.Older => "older",
        Loss.SmallerNumber => "equal_time_smaller_number",
        _ => "unexplained",
    };

    private static string In(string? field) => field is null ? "" : $", in {field}";
}
