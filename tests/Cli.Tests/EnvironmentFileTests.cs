using Pipeline.Cli.Services;

namespace Pipeline.Cli.Tests;

public sealed class EnvironmentFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private readonly PipelineSettings settings = new()
    {
        BootstrapServers = "127.0.0.1:9092",
        RegistryUrl = "http://127.0.0.1:8085",
        Postgres = "Host=127.0.0.1;Password=it's;Database=whatsapp",
        Redis = "127.0.0.1:6379",
        SigningKey = "a signing key of at least thirty-two characters",
        Schema = "other",
        TopicPrefix = "test.",
        Urls = ServiceKind.All.ToDictionary(kind => kind.Name, kind => $"http://127.0.0.1:{kind.UsualPort}"),
    };

    private string Place => Path.Combine(folder.Path, "environment");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_written_is_read()
    {
        EnvironmentFile.Write(Place, settings);
        var (read, pid) = EnvironmentFile.ReadOfRunning(Place)!.Value;
        Assert.Equal(Environment.ProcessId, pid);
        Assert.Equal(settings.Urls, read.Urls);
        Assert.Equal(settings with { Urls = read.Urls }, read);
    }

    [Fact]
    public void Only_its_owner_can_read_it()
    {
        File.WriteAllText(Place, "older");
        EnvironmentFile.Write(Place, settings);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Place));
    }

    [Fact]
    public void A_file_whose_process_is_gone_counts_for_nothing()
    {
        EnvironmentFile.Write(Place, settings);
        File.WriteAllText(Place, File.ReadAllText(Place).Replace($"'{Environment.ProcessId}'", "'4194304'", StringComparison.Ordinal));
        Assert.Null(EnvironmentFile.ReadOfRunning(Place));
    }

    [Fact]
    public void A_file_whose_process_number_was_given_to_another_process_counts_for_nothing()
    {
        EnvironmentFile.Write(Place, settings);
        File.WriteAllText(Place, File.ReadAllText(Place).Replace("PIPELINE_UP_BEGAN='", "PIPELINE_UP_BEGAN='9", StringComparison.Ordinal));
        Assert.Null(EnvironmentFile.ReadOfRunning(Place));
    }

    [Fact]
    public void Each_service_is_told_what_it_needs_and_no_other_secrets()
    {
        Assert.Contains("Ingestor:SigningKey", settings.Of(ServiceKind.Ingestor));
        Assert.DoesNotContain("ConnectionStrings:Postgres", settings.Of(ServiceKind.Ingestor));
        Assert.All(ServiceKind.All.Skip(1), kind => Assert.DoesNotContain("Ingestor:SigningKey", settings.Of(kind)));
    }
}
