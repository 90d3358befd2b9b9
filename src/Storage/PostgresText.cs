namespace Pipeline.Storage;

/// <summary>Text as Postgres can hold it.</summary>
public static class PostgresText
{
    /// <summary>
    /// The same text with every NUL replaced by U+FFFD: Postgres refuses NUL in text (22021), and one such character would take a whole
    /// batch down with it. The same object when there is none.
    /// </summary>
    public static string Of(string text) => text.Contains('\0') ? text.Replace('\0', '\uFFFD') : text;

    /// <summary>As <see cref="Of"/>, with the empty text as null: absent and empty are the same in an address or a name.</summary>
    public static string? OrNull(string? text) => string.IsNullOrEmpty(text) ? null : Of(text);
}
