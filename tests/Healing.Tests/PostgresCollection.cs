using Pipeline.Servers;

namespace Pipeline.Healing.Tests;

/// <summary>Tests that share one Postgres.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "Postgres";
}
