using Pipeline.Servers;
using Xunit;

namespace Pipeline.Healing.Tests.Adopting;

/// <summary>Tests of adopting share one Postgres.</summary>
[CollectionDefinition(Name)]
public sealed class AdoptingCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "Adopting";
}
