using Pipeline.Servers;

namespace Pipeline.Cli.Tests.Explain;

/// <summary>Tests that share one Postgres.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "Explain";
}
