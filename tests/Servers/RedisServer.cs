using System.Net;
using System.Net.Sockets;

namespace Pipeline.Servers;

/// <summary>A private Redis on a free loopback port that keeps nothing on disk.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private ServerProcess? process;

    private RedisServer(int port) => Port = port;

    /// <summary>The loopback port. Stays the same over a restart.</summary>
    public int Port { get; }

    /// <summary>The server's process id, for freezing it in tests.</summary>
    public int ProcessId => process?.ProcessId ?? throw new InvalidOperationException("The server is stopped.");

    /// <summary>As StackExchange.Redis reads it.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Starts a server.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer(LocalMachine.FreePort());
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Stops the server; what it held is gone.</summary>
    public async Task StopAsync()
    {
        if (process is { } running) await running.DisposeAsync();
        process = null;
    }

    /// <summary>Starts a stopped server, empty, on the same port.</summary>
    public async Task StartAgainAsync()
    {
        process = await ServerProcess.StartAsync("TERM",
            [LocalMachine.Find("redis-server", "redis-server"), "--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        await LocalMachine.WaitUntilAsync(AnswersAsync, StartLimit, () => $"Redis did not start: {process.Said}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
