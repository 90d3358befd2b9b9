using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Streaming.Tests;

/// <summary>A Schema Registry that knows every schema under the same id, or none while <see cref="Knows"/> is false.</summary>
public sealed class FakeRegistry : IDisposable
{
    public const int SchemaId = 7;

    private readonly HttpListener listener = new();

    public FakeRegistry()
    {
        Url = $"http://127.0.0.1:{FreePort()}/";
        listener.Prefixes.Add(Url);
        listener.Start();
        _ = ServeAsync();
    }

    public string Url { get; }

    public bool Knows { get; set; } = true;

    public void Dispose() => listener.Close();

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var request = await listener.GetContextAsync();
                request.Response.StatusCode = Knows ? 200 : 404;
                request.Response.ContentType = "application/vnd.schemaregistry.v1+json";
                var body = Knows ? $$"""{"subject":"any","id":{{SchemaId}},"version":1}""" : """{"error_code":40403,"message":"Schema not found"}""";
                await request.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
                request.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
