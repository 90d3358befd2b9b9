using System.Reflection;
using Pipeline.EndToEnd;

namespace Pipeline.Samples.Tests;

/// <summary>
/// The readers of samples/, each run as docs/consuming.md says, against the four services with the demo sample on the topics. What they
/// make of the events alone is what the Sink has stored.
/// </summary>
public sealed class SampleReaderTests : IAsyncLifetime
{
    private static readonly string[] Demo = File.ReadAllLines(Path.Combine(Checkout.Root, "samples/demo.jsonl"));

    private PipelineRun run = null!;

    public async Task InitializeAsync()
    {
        run = await PipelineRun.StartAsync();
        await run.SendAsync(Demo);
        await run.DrainAsync();
    }

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task Each_sample_finds_what_is_stored_and_counts_an_event_that_comes_twice_once()
    {
        await Checkout.RunAsync(Nothing, "npm", "--prefix", "samples/node", "ci");
        var once = await EventsAsync();
        var stored = await StoredAsync();
        Assert.Equal(stored, Conversations(await CSharpAsync()));
        Assert.Equal(stored, Conversations(await NodeAsync()));

        // The same file again: every message comes a second time, and nothing is more than it was.
        await run.SendAsync(Demo);
        await run.DrainAsync();

        var twice = await EventsAsync();
        Assert.Equal(stored, await StoredAsync());
        Assert.Equal(once.Events, twice.Events);
        Assert.True(twice.Repeated > once.Repeated, $"{twice.Repeated} events came twice.");
        foreach (var printed in new[] { await CSharpAsync(), await NodeAsync() })
        {
            Assert.Equal(stored, Conversations(printed));
            Assert.Equal($"{twice.Events} events, {twice.Repeated} repeated, {await MergesAsync()} merges", printed.TrimEnd().Split('\n')[^1]);
        }
    }

    [Fact]
    public async Task With_kcat_one_finds_an_event_by_its_headers_and_protoc_reads_its_bytes()
    {
        var listed = await KcatAsync("list");
        var merge = listed.Split('\n').First(line => line.EndsWith(" whatsapp.conversation.merged.v1", StringComparison.Ordinal)).Split(' ');
        Assert.Matches("^[0-9a-f-]{36}$", merge[4]);

        var decoded = await KcatAsync("decode", merge[0], merge[1]);
        Assert.Contains($"event_id: \"{merge[4]}\"", decoded);
        Assert.Contains($"business_id: {merge[3]}", decoded);
        Assert.Contains("conversation_merged {", decoded);
        Assert.Contains("absorbed {", decoded);
    }

    private static IReadOnlyDictionary<string, string> Nothing => System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    private static string[] Conversations(string printed) => printed.TrimEnd().Split('\n')[..^1];

    private Task<string> CSharpAsync() =>
        Checkout.RunAsync(Nothing, "dotnet", "run", "--no-build", "-c", "Release", "--project", "samples/csharp", "--", "--brokers", run.BootstrapServers);

    private Task<string> NodeAsync() => Checkout.RunAsync(Nothing, "node", "samples/node/read.js", "--brokers", run.BootstrapServers);

    private async Task<(int Events, int Repeated)> EventsAsync()
    {
        var last = (await KcatAsync("count")).TrimEnd().Split('\n')[^1].Split(' ');
        return (int.Parse(last[0]), int.Parse(last[2]));
    }

    private async Task<string> KcatAsync(params string[] arguments)
    {
        // protoc of the build, so that nothing else need be installed.
        var told = typeof(SampleReaderTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(told => told.Key, told => told.Value!);
        var folder = Directory.CreateTempSubdirectory("protoc-");
        try
        {
            var protoc = Path.Combine(folder.FullName, "protoc");
            await File.WriteAllTextAsync(protoc, $"#!/bin/sh\nexec '{told["Protoc"]}' --proto_path='{told["StandardImports"]}' \"$@\"\n");
            File.SetUnixFileMode(protoc, (UnixFileMode)0b111_101_101);
            return await Checkout.RunAsync(new Dictionary<string, string> { ["BROKERS"] = run.BootstrapServers, ["PROTOC"] = protoc }, "sh", ["samples/kcat/linked.sh", .. arguments]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // As the samples print it: public key, tab, messages.
    private async Task<string[]> StoredAsync()
    {
        await using var database = run.OpenDatabase();
        await using var command = database.CreateCommand("""
            SELECT c.canonical_key, count(*) FROM whatsapp_message m JOIN whatsapp_conversation c ON c.id = m.conversation_id GROUP BY 1
            """);
        await using var rows = await command.ExecuteReaderAsync();
        var conversations = new List<(string Key, long Messages)>();
        while (await rows.ReadAsync()) conversations.Add((rows.GetString(0), rows.GetInt64(1)));
        Assert.NotEmpty(conversations);
        return [.. conversations.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => $"{row.Key}\t{row.Messages}")];
    }

    private async Task<long> MergesAsync()
    {
        await using var database = run.OpenDatabase();
        await using var command = database.CreateCommand("SELECT count(*) FROM whatsapp_conversation WHERE merged_into IS NOT NULL");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
