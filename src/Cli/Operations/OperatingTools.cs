using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Cli.Services;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.Cli.Operations;

/// <summary>
/// What the operating commands work with, made from the same settings as a service, checked in the same way: command line, then
/// environment (with <c>_FILE</c>), then a running <c>pipeline up</c>.
/// </summary>
internal sealed class OperatingTools : IAsyncDisposable
{
    private static readonly TimeSpan RegistryPatience = TimeSpan.FromSeconds(30);
    private readonly WebApplication host;

    private OperatingTools(WebApplication host, IReadOnlyDictionary<string, string> settings) => (this.host, Settings) = (host, settings);

    /// <summary>What a service that this command starts has to be told beside the environment, by configuration key.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>How Kafka is used.</summary>
    public KafkaOptions Kafka => Get<KafkaOptions>();

    /// <summary>How topics and groups are named.</summary>
    public TopicsOptions Names => Get<TopicsOptions>();

    /// <summary>Topic names.</summary>
    public Topics Topics => Get<Topics>();

    /// <summary>Creates topics.</summary>
    public TopicAdmin TopicAdmin => Get<TopicAdmin>();

    /// <summary>Reads topics.</summary>
    public TopicReader TopicReader => new(Get<KafkaOptions>(), Get<ServiceName>());

    /// <summary>Reads dead letters.</summary>
    public DeadLetterReader DeadLetterReader => new(Get<KafkaOptions>(), Get<ServiceName>());

    /// <summary>Tells how much a topic holds.</summary>
    public LagReader LagReader => Get<LagReader>();

    /// <summary>Tells whether anybody reads with a group.</summary>
    public GroupActivity GroupActivity => new(Get<KafkaOptions>(), Get<ServiceName>());

    /// <summary>Tells what a group reads.</summary>
    public GroupTopics GroupTopics => new(Get<KafkaOptions>(), Get<ServiceName>());

    /// <summary>Finds where a time begins.</summary>
    public OffsetsByTime OffsetsByTime => new(Get<KafkaOptions>(), Get<ServiceName>());

    /// <summary>Writes records.</summary>
    public RecordProducer Producer => Get<RecordProducer>();

    /// <summary>Where the Schema Registry is. A service gives up soon and asks again; a command asks once, so it waits longer.</summary>
    public SchemaRegistryOptions Registry
    {
        get
        {
            var ofServices = Get<SchemaRegistryOptions>();
            return new SchemaRegistryOptions { Url = ofServices.Url, Timeout = ofServices.Timeout > RegistryPatience ? ofServices.Timeout : RegistryPatience };
        }
    }

    /// <summary>How Postgres is used.</summary>
    public PostgresOptions Postgres => Get<PostgresOptions>();

    /// <summary>Puts the tools together; nothing is connected yet.</summary>
    /// <param name="given">From the command line, by configuration key.</param>
    /// <param name="folders">Where a running <c>up</c> is looked for.</param>
    public static OperatingTools Open(IReadOnlyDictionary<string, string> given, CheckoutFolders folders)
    {
        var settings = new Dictionary<string, string>(given);
        if (UpFolder.RunningIn(folders) is { } running)
        {
            foreach (var (key, value) in running.Settings.Of(ServiceKind.Resolver))
                if (!settings.ContainsKey(key) && !IsInEnvironment(key)) settings[key] = value;
        }

        var service = ServiceBuilder.Create("pipeline", [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")]);
        service.AddOptions<PostgresOptions>("Postgres")
            .LimitBacklog(topics => topics.Leads, Topics.Groups.Leads)
            .LimitBacklog(topics => topics.Raw, Topics.Groups.Resolver)
            .LimitBacklog(topics => topics.Enriched, Topics.Groups.ThreadLinker)
            .LimitBacklog(topics => topics.Linked, Topics.Groups.Sink);
        return new OperatingTools(service.Build(), settings);
    }

    /// <summary>Makes sure that nobody reads with a group, see <see cref="IdleGroup.TakeAsync"/>.</summary>
    public Task<IdleGroup> TakeGroupAsync(string group, IReadOnlyList<string> topics, TimeSpan limit, CancellationToken cancellation) =>
        IdleGroup.TakeAsync(Get<KafkaOptions>(), Get<ServiceName>(), group, topics, limit, cancellation);

    /// <summary>The database.</summary>
    /// <param name="options">How it is used, for tables that are not the product's; null: as the settings say.</param>
    /// <exception cref="PipelineException">It is not named.</exception>
    public NpgsqlDataSource OpenDatabase(PostgresOptions? options = null)
    {
        try
        {
            return Database.Open(host.Configuration.GetConnectionString("Postgres"), options ?? Postgres, "pipeline");
        }
        catch (ArgumentException)
        {
            throw new PipelineException(
                "Postgres is not named.",
                "Give --postgres 'Host=…;Database=…;Username=…', or set ConnectionStrings__Postgres (ConnectionStrings__Postgres_FILE for a secret), or start ./pipeline up.",
                ExitCode.Usage);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static bool IsInEnvironment(string key)
    {
        var variable = key.Replace(":", "__", StringComparison.Ordinal);
        return Environment.GetEnvironmentVariable(variable) is not null || Environment.GetEnvironmentVariable(variable + "_FILE") is not null;
    }

    private T Get<T>()
        where T : notnull
    {
        try
        {
            return host.Services.GetRequiredService<T>();
        }
        catch (OptionsValidationException faulty)
        {
            throw new PipelineException("The settings have faults.", string.Join('\n', faulty.Failures), ExitCode.Usage);
        }
    }
}
