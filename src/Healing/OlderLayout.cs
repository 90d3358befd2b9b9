namespace Pipeline.Healing;

/// <summary>The tables an installation has before it is healed, see <c>OlderLayout.sql</c>.</summary>
public static class OlderLayout
{
    /// <summary>Creates the tables in the current schema.</summary>
    public static string Sql { get; } = EmbeddedSql.Read("OlderLayout.sql");
}
