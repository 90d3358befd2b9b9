using System.Diagnostics.Metrics;

namespace Pipeline.Resolver.Tests;

internal static class Meters
{
    public static ResolverMetrics Resolver() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
}
