using Pipeline.Servers;
using Xunit;

namespace Pipeline.Convergence.Tests;

/// <summary>Tests that share one Postgres.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "Postgres";
}
