using Microsoft.AspNetCore.Builder;
using Pipeline.Ingestor;
using Pipeline.Resolver;
using Pipeline.Sink;
using Pipeline.ThreadLinker;

namespace Pipeline.Cli.Services;

/// <summary>One of the four services.</summary>
/// <param name="Name">How it is called on the command line, for example <c>resolver</c>.</param>
/// <param name="Assembly">Its program, beside ours.</param>
/// <param name="UsualPort">Where it listens under <c>pipeline up</c> unless told otherwise.</param>
/// <param name="Create">Puts it together; see the service's own project.</param>
internal sealed record ServiceKind(string Name, string Assembly, int UsualPort, Func<string[], WebApplication> Create)
{
    /// <summary>HTTP in.</summary>
    public static ServiceKind Ingestor { get; } = new("ingestor", "Pipeline.Ingestor.dll", 8080, IngestorService.Create);

    /// <summary>Finds out who each message is from.</summary>
    public static ServiceKind Resolver { get; } = new("resolver", "Pipeline.Resolver.dll", 8081, ResolverService.Create);

    /// <summary>Puts each message into its conversation.</summary>
    public static ServiceKind ThreadLinker { get; } = new("threadlinker", "Pipeline.ThreadLinker.dll", 8082, ThreadLinkerService.Create);

    /// <summary>Stores.</summary>
    public static ServiceKind Sink { get; } = new("sink", "Pipeline.Sink.dll", 8083, SinkService.Create);

    /// <summary>The four, in the order in which a message meets them.</summary>
    public static IReadOnlyList<ServiceKind> All { get; } = [Ingestor, Resolver, ThreadLinker, Sink];
}
