using System.Net;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Embedded;

namespace Pipeline.Cli.Tests;

/// <summary>A service asks the Schema Registry again by itself; a command asks once, so it waits.</summary>
public sealed class SlowRegistryTests
{
    [Fact]
    public async Task A_command_waits_for_a_registry_that_takes_longer_than_a_service_would_wait()
    {
        // A service gives up after two seconds.
        using var registry = new HttpListener();
        var address = $"http://127.0.0.1:{LoopbackPort.Free(1)[0]}/";
        registry.Prefixes.Add(address);
        registry.Start();
        var serving = ServeAsync(registry, slow: TimeSpan.FromSeconds(4));
        using var output = new StringWriter();
        using var error = new StringWriter();

        var code = await CommandLine.RunAsync(["schemas", "register", "--registry", address], new Terminal(output, error, live: false));

        Assert.True(code == ExitCode.Ok, error.ToString());
        Assert.Contains("whatsapp.linked.v1-value", output.ToString(), StringComparison.Ordinal);
        registry.Stop();
        await serving;
    }

    // The first answer takes its time.
    private static async Task ServeAsync(HttpListener registry, TimeSpan slow)
    {
        while (true)
        {
            HttpListenerContext asked;
            try
            {
                asked = await registry.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            await Task.Delay(slow);
            slow = TimeSpan.Zero;
            asked.Response.ContentType = "application/vnd.schemaregistry.v1+json";
            await asked.Response.OutputStream.WriteAsync("""{"id":1}"""u8.ToArray());
            asked.Response.Close();
        }
    }
}
