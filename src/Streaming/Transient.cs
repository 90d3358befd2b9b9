using System.Data.Common;
using System.Net.Sockets;

namespace Pipeline.Streaming;

/// <summary>Which faults pass by themselves. The one place that decides it for every stage.</summary>
public static class Transient
{
    /// <summary>True when waiting and trying again can help: the network, a time limit, or a database that says so itself.</summary>
    public static bool Is(Exception fault) => fault switch
    {
        DbException database => database.IsTransient || (database.InnerException is { } inner && Is(inner)),
        TimeoutException or SocketException or IOException or HttpRequestException => true,
        AggregateException { InnerExceptions: { Count: > 0 } inner } => inner.All(Is),
        _ => false,
    };
}
