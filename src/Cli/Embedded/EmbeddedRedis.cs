using System.Net;
using System.Net.Sockets;

namespace Pipeline.Cli.Embedded;

/// <summary>A private Redis from the system's package: on 127.0.0.1 only, nothing on disk. It is a cache: what is in it can be lost at any time.</summary>
internal sealed class EmbeddedRedis : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private readonly ChildProcess server;

    private EmbeddedRedis(ChildProcess server, int port)
    {
        this.server = server;
        Port = port;
    }

    /// <summary>TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Process number of the server.</summary>
    public int ProcessId => server.Id;

    /// <summary>Completes when the server has ended.</summary>
    public Task Ended => server.Ended;

    /// <summary>How StackExchange.Redis reaches it.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Starts the server.</summary>
    /// <param name="folder">Holds the log.</param>
    /// <param name="port">TCP port; 0 for a free one.</param>
    /// <param name="guardian">Ends the server when we die.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<EmbeddedRedis> StartAsync(string folder, int port, Guardian guardian, CancellationToken cancellation)
    {
        var log = Path.Combine(folder, "redis.log");
        Directory.CreateDirectory(folder);
        if (File.Exists(log)) File.Move(log, log + ".old", overwrite: true);

        for (var tries = 0; ; tries++)
        {
            var chosen = port == 0 ? LoopbackPort.Free() : port;
            var server = ChildProcess.Start("redis", log, guardian, "TERM",
            [
                SystemPrograms.RedisServer, "--port", chosen.ToString(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no",
                "--dir", folder, "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru",
            ]);
            if (await AnswersAsync(server, chosen, cancellation)) return new EmbeddedRedis(server, chosen);
            await server.DisposeAsync();

            // The port can be snatched between being found free and being used.
            if (port == 0 && tries < 3 && server.LastLines().Contains("Address already in use")) continue;
            throw new PipelineException("Redis did not start.", $"It said:\n{server.LastLines()}\nThe whole log: {log}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<bool> AnswersAsync(ChildProcess server, int port, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!server.Ended.IsCompleted && TimeProvider.System.GetElapsedTime(begun) < StartLimit)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
                await using var stream = client.GetStream();
                await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellation);
                var answer = new byte[5];
                await stream.ReadExactlyAsync(answer, cancellation);
                if (answer.AsSpan().SequenceEqual("+PONG"u8)) return true;
            }
            catch (Exception notYet) when (notYet is SocketException or IOException)
            {
                // Not yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }
        return false;
    }
}
