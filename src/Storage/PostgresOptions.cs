using System.ComponentModel.DataAnnotations;

namespace Pipeline.Storage;

/// <summary>How the product uses Postgres (section <c>Postgres</c>; the connection string is <c>ConnectionStrings__Postgres</c>).</summary>
public sealed class PostgresOptions
{
    /// <summary>The Postgres schema that holds every table, so that nothing collides with tables that are already there.</summary>
    [Required, RegularExpression("^[a-z_][a-z0-9_]{0,62}$", ErrorMessage = "Postgres:Schema is a plain lower-case Postgres identifier.")]
    public string Schema { get; set; } = "whatsapp";

    /// <summary>Whether a service brings the tables up to date when it starts. Off: `pipeline migrate` must have been run.</summary>
    public bool MigrateAtStart { get; set; } = true;

    /// <summary>How long one statement may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
