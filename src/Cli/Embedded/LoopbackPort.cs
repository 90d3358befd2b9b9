using System.Net;
using System.Net.Sockets;

namespace Pipeline.Cli.Embedded;

/// <summary>TCP ports on 127.0.0.1.</summary>
internal static class LoopbackPort
{
    /// <summary>A port that nobody listens on at this moment.</summary>
    public static int Free() => Free(1)[0];

    /// <summary>Several different ports that nobody listens on at this moment.</summary>
    public static IReadOnlyList<int> Free(int count)
    {
        var probes = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var probe in probes) probe.Start();
        var ports = probes.ConvertAll(probe => ((IPEndPoint)probe.LocalEndpoint).Port);
        foreach (var probe in probes) probe.Dispose();
        return ports;
    }

    /// <summary>Whether somebody listens on the port, on this address or on all.</summary>
    public static bool IsTaken(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
