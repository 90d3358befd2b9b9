using Pipeline.Cli.Embedded;

namespace Pipeline.Cli.Services;

/// <summary>
/// What the services and the operating commands are told: where everything is. Named as in configuration (<c>Kafka:BootstrapServers</c>);
/// the environment writes the colon as two underscores.
/// </summary>
internal sealed record PipelineSettings
{
    /// <summary>What an embedded service may be ahead of the next one, see <c>KafkaOptions.MaxDownstreamBytes</c>: the in-process broker silently drops what lies about 5 MB behind.</summary>
    public const long EmbeddedDownstreamBytes = 3 * 1024 * 1024;

    /// <summary>Kafka brokers.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>Schema Registry.</summary>
    public required string RegistryUrl { get; init; }

    /// <summary>Npgsql connection string.</summary>
    public required string Postgres { get; init; }

    /// <summary>StackExchange.Redis connection string.</summary>
    public required string Redis { get; init; }

    /// <summary>The secret of the business tokens.</summary>
    public required string SigningKey { get; init; }

    /// <summary>The Postgres schema of the tables.</summary>
    public string Schema { get; init; } = "whatsapp";

    /// <summary>Goes before every topic name.</summary>
    public string TopicPrefix { get; init; } = "whatsapp.";

    /// <summary>Where each service listens.</summary>
    public required IReadOnlyDictionary<string, string> Urls { get; init; }

    /// <summary>What the Resolver is told beside that, by configuration key.</summary>
    public IReadOnlyDictionary<string, string> OfResolver { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The settings for services on embedded servers.</summary>
    /// <param name="infrastructure">The servers.</param>
    /// <param name="plan">How they were started.</param>
    /// <param name="signingKey">The secret of the business tokens.</param>
    /// <param name="ports">Where each service listens, in the order of <see cref="ServiceKind.All"/>.</param>
    public static PipelineSettings For(Infrastructure infrastructure, Infrastructure.Plan plan, string signingKey, IReadOnlyList<int> ports) => new()
    {
        BootstrapServers = infrastructure.BootstrapServers,
        RegistryUrl = infrastructure.RegistryUrl,
        Postgres = infrastructure.ConnectionString,
        Redis = infrastructure.Redis.ConnectionString,
        SigningKey = signingKey,
        Schema = plan.Schema,
        TopicPrefix = plan.TopicPrefix,
        Urls = ServiceKind.All.Zip(ports).ToDictionary(pair => pair.First.Name, pair => $"http://127.0.0.1:{pair.Second}"),
    };

    /// <summary>What one service is told, by configuration key.</summary>
    public Dictionary<string, string> Of(ServiceKind service)
    {
        var settings = new Dictionary<string, string>
        {
            ["Kafka:BootstrapServers"] = BootstrapServers,
            // A restarted service is the same group member as before, so its partitions come back without waiting for a time-out.
            ["Kafka:InstanceId"] = service.Name + "-1",
            ["Kafka:MaxDownstreamBytes"] = EmbeddedDownstreamBytes.ToString(),
            ["Topics:Prefix"] = TopicPrefix,
            ["SchemaRegistry:Url"] = RegistryUrl,
            ["Http:Url"] = Urls[service.Name],
        };
        if (service == ServiceKind.Ingestor)
        {
            settings["Ingestor:SigningKey"] = SigningKey;
        }
        else
        {
            settings["ConnectionStrings:Postgres"] = Postgres;
            settings["Postgres:Schema"] = Schema;
        }
        if (service == ServiceKind.Resolver)
        {
            settings["ConnectionStrings:Redis"] = Redis;
            foreach (var (key, value) in OfResolver) settings[key] = value;
        }
        return settings;
    }

    /// <summary>What one service is told, as environment variables. Used for processes: unlike arguments, other users cannot read them.</summary>
    public Dictionary<string, string> EnvironmentOf(ServiceKind service) =>
        Of(service).ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value);

    /// <summary>What one service is told, as arguments.</summary>
    public string[] ArgumentsOf(ServiceKind service) => [.. Of(service).Select(setting => $"--{setting.Key}={setting.Value}")];
}
