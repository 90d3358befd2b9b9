using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Streaming.Tests;

public sealed class StartingUp(KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [Fact]
    public async Task Tells_all_faults_of_all_sections_in_one_message_and_exits_with_78()
    {
        var builder = ServiceBuilder.Create("test",
        [
            "--Kafka:Consumer:enable.auto.commit=true", "--Kafka:Consumer:auto_offset_reset=latest", "--Kafka:Producer:acks=1", "--Kafka:Producer:enable_idempotence=false",
            "--Kafka:Producer:partitioner=random", "--Kafka:Client:no_such_thing=1", "--Kafka:BatchRecords=many", "--Kafka:BatchSize=5", "--Kafka:SessionTimeout=00:00:01",
            "--Topics:Prefix=UPPER_", "--Http:Url=nowhere", "--SchemaRegistry:Url=nowhere", "--Own:Depth:Limit=11", "--Own:Name=", "--Kafka:Client:ssl_key_password=s3cret", "--Kafka:Client:sasl_password=",
            "--Kafka:BootstrapServers=127.0.0.1:9092,broker.example:9092", "--Kafka:Client:enable.ssl.certificate.verification=false", "--Security:AllowPlain=true",
        ]).AddOptions<OwnOptions>("Own");

        var (code, said) = await RunAsync(builder);

        Assert.Equal(78, code);
        string[] expected =
        [
            "Kafka:Consumer:enable.auto.commit: must stay false", "Kafka:Consumer:auto_offset_reset: must be earliest", "Kafka:Producer:acks: must stay all",
            "Kafka:Producer:enable_idempotence: must stay true", "Kafka:Producer:partitioner: must stay murmur2_random", "Kafka:Client:no_such_thing: librdkafka knows no such setting",
            "Kafka:BatchRecords is not a whole number", "Kafka:BatchSize is not a setting", "Kafka:SessionTimeout: ", "Topics:Prefix may hold only", "Http:Url is an address",
            "SchemaRegistry:Url: ", "Own:Depth:Limit: ", "Own:Name: ",
            "Kafka:Client:security.protocol: plaintext to broker.example:9092 is not protected", "Kafka:Client:enable.ssl.certificate.verification: must stay true", "Security:AllowPlain is not a setting",
        ];
        foreach (var fault in expected) Assert.Contains(fault, said);
        Assert.Contains($"its settings have {expected.Length} fault(s)", said);
        Assert.DoesNotContain("s3cret", said);
    }

    [Theory]
    [InlineData("--Kafka:BootstrapServers=localhost:9092,[::1]:9092", "")]
    [InlineData("--Kafka:BootstrapServers=broker.example:9093", "--Kafka:Client:security.protocol=sasl_ssl")]
    [InlineData("--Kafka:BootstrapServers=broker.example:9092", "--Security:AllowPlaintext=true")]
    [InlineData("--SchemaRegistry:Url=https://registry.example", "")]
    public void Accepts_a_connection_that_is_protected_or_need_not_be(string one, string other)
    {
        using var app = (IDisposable)ServiceBuilder.Create("test", [one, .. other.Length > 0 ? [other] : Array.Empty<string>()]).Build();
        Assert.Empty(((WebApplication)app).Services.GetRequiredService<Settings>().Check(((WebApplication)app).Services));
    }

    [Theory]
    [InlineData("--Kafka:BootstrapServers=broker.example:9092")]
    [InlineData("--Kafka:BootstrapServers=10.0.0.7:9092")]
    [InlineData("--SchemaRegistry:Url=http://registry.example")]
    public void Refuses_a_connection_to_another_machine_that_anybody_can_read(string setting)
    {
        using var app = (IDisposable)ServiceBuilder.Create("test", [setting]).Build();
        var fault = Assert.Single(((WebApplication)app).Services.GetRequiredService<Settings>().Check(((WebApplication)app).Services));
        Assert.Contains("is not protected: use TLS, or set Security:AllowPlaintext where the network itself is protected", fault);
    }

    [Fact]
    public async Task Refuses_settings_that_a_validator_of_the_service_refuses()
    {
        var builder = ServiceBuilder.Create("test", ["--Own:Name=a", "--Own:Depth:Limit=3"]).AddOptions<OwnOptions>("Own");
        builder.Services.AddSingleton<IValidateOptions<OwnOptions>>(new ValidateOptions<OwnOptions>(null, own => own.Name != "a" || own.Depth.Limit < 3, "Own: a and 3 do not go together."));

        var (code, said) = await RunAsync(builder);

        Assert.Equal(78, code);
        Assert.Contains("Own: a and 3 do not go together.", said);
    }

    [Fact]
    public async Task Waits_for_what_passes_by_itself_and_is_ready_only_then()
    {
        var topics = kafka.NewTopics("startup");
        kafka.ProduceRaw(topics, business: 1, from: 0, count: 10);
        kafka.Registry.Knows = false;
        var order = new List<string>();
        var check = false;
        await using var service = TestService.Start(kafka, topics, "startup", Stages.PassOn(topics), builder => builder
            .AtStart("first", (_, _) =>
            {
                order.Add("first");
                return order.Count < 3 ? throw new TimeoutException() : Task.CompletedTask;
            })
            .AtStart("second", (_, _) =>
            {
                order.Add("second");
                return Task.CompletedTask;
            })
            .AddReadinessCheck("own check", (_, _) => Task.FromResult(check)));
        service.App.MapGet("/own", () => "own");
        using var http = new HttpClient();
        await Eventually.True(() => service.App.Urls.Any(url => !url.EndsWith(":0", StringComparison.Ordinal)), "it listens");
        var url = service.App.Urls.First();

        Assert.Equal(200, (int)(await http.GetAsync(url + "/health/live")).StatusCode);
        Assert.Equal((503, """{"status":"unavailable","failing":["start-up","own check"]}"""), await GetAsync("/health/ready"));
        var refused = await http.GetAsync(url + "/own");
        Assert.Equal((503, "1"), ((int)refused.StatusCode, refused.Headers.RetryAfter?.ToString()));

        kafka.Registry.Knows = true;
        await Eventually.True(async () => (await GetAsync("/health/ready")).Body == """{"status":"unavailable","failing":["own check"]}""", "the start-up work is done");
        check = true;
        Assert.Equal((200, """{"status":"ok"}"""), await GetAsync("/health"));
        Assert.Equal((200, "own"), await GetAsync("/own"));
        Assert.Equal(["first", "first", "first", "second"], order);
        await kafka.CaughtUpAsync(topics.All.Raw.Name, "startup");

        async Task<(int Code, string Body)> GetAsync(string path)
        {
            using var answer = await http.GetAsync(url + path);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task That_fails_by_a_bug_ends_the_process_with_an_error()
    {
        var topics = kafka.NewTopics("startbug");
        var service = TestService.Start(kafka, topics, "startbug", Stages.PassOn(topics), builder => builder.AtStart("break", (_, _) => throw new InvalidOperationException("broken")));
        Assert.Equal(1, await service.ExitCode.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Of_two_services_in_one_process_shares_nothing()
    {
        var (one, two) = (kafka.NewTopics("one"), kafka.NewTopics("two"));
        kafka.ProduceRaw(one, business: 1, from: 0, count: 10);
        kafka.ProduceRaw(two, business: 1, from: 0, count: 20);
        await using var first = TestService.Start(kafka, one, "shared", Stages.PassOn(one));
        await using var second = TestService.Start(kafka, two, "shared-too", Stages.PassOn(two));
        await kafka.CaughtUpAsync(one.All.Raw.Name, "shared");
        await kafka.CaughtUpAsync(two.All.Raw.Name, "shared-too");
        Assert.Equal(10, kafka.Read(one.All.Enriched.Name, read => read.Count >= 10).Count);
        Assert.Equal(20, kafka.Read(two.All.Enriched.Name, read => read.Count >= 20).Count);
    }

    [Fact]
    public void Takes_a_secret_from_the_file_that_an_environment_variable_names()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "s3cret\n");
        var faults = new List<string>();
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager();

        EnvironmentSettings.AddTo(
            configuration,
            new Dictionary<string, string> { ["Kafka__Client__sasl_password_FILE"] = path, ["Http__Url"] = "http://0.0.0.0:1", ["SSL_CERT_FILE"] = "/none", ["Own__Key_FILE"] = "/none/such" },
            faults);

        File.Delete(path);
        Assert.Equal("s3cret", configuration["Kafka:Client:sasl_password"]);
        Assert.Equal("http://0.0.0.0:1", configuration["Http:Url"]);
        Assert.Null(configuration["Kafka:Client:sasl_password_FILE"]);
        Assert.Equal("Own__Key_FILE names a file that cannot be read: DirectoryNotFoundException.", Assert.Single(faults));
    }

    private static async Task<(int Code, string Said)> RunAsync(ServiceBuilder builder)
    {
        var before = Console.Error;
        using var said = new StringWriter();
        Console.SetError(said);
        try
        {
            return (await ServiceRunner.RunAsync(builder.Build()), said.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }

    private sealed class OwnOptions
    {
        [Required]
        public string Name { get; set; } = "default";

        public DepthOptions Depth { get; set; } = new();
    }

    private sealed class DepthOptions
    {
        [Range(1, 10)]
        public int Limit { get; set; } = 5;
    }
}
