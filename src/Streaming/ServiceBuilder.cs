using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Telemetry;

namespace Pipeline.Streaming;

/// <summary>
/// The composition root of every service, read like a sentence: options, IO, stage from → to, run. Settings come from
/// <c>appsettings.json</c> (optional), then the environment (<c>Section__Key</c>, <c>Section__Key_FILE</c>), then the command line
/// (<c>--Section:Key=value</c>). Nothing is static, so several services may live in one process.
/// </summary>
/// <example>
/// <code>
/// var service = ServiceBuilder.Create("resolver", args)
///     .AddOptions&lt;ResolverOptions&gt;("Resolver")
///     .AtStart("warm the table", (services, cancellation) => services.GetRequiredService&lt;LidTable&gt;().WarmAsync(cancellation))
///     .AddOutput(topics => topics.Enriched)
///     .AddStage&lt;RawEvent, ResolveIdentities&gt;(topics => topics.Raw, Topics.Groups.Resolver);
/// return await ServiceRunner.RunAsync(service.Build());
/// </code>
/// </example>
public sealed class ServiceBuilder
{
    private readonly WebApplicationBuilder web;
    private readonly Settings settings;
    private readonly List<StartUpWork> works = [];

    private ServiceBuilder(string name, WebApplicationBuilder web)
    {
        Name = name;
        this.web = web;
        settings = new Settings(web.Configuration);
    }

    /// <summary>The service's name.</summary>
    public string Name { get; }

    /// <summary>Where the service's own parts are registered.</summary>
    public IServiceCollection Services => web.Services;

    /// <summary>The settings as they were read. For connection strings; everything else is options.</summary>
    public IConfiguration Configuration => web.Configuration;

    /// <summary>Begins a service.</summary>
    /// <param name="name">What it is called in logs, client ids and dead letters, for example <c>resolver</c>.</param>
    /// <param name="args">The command line.</param>
    public static ServiceBuilder Create(string name, string[] args)
    {
        // Empty, because the usual builder reads more than one can check and watches files.
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = name });
        var builder = new ServiceBuilder(name, web);
        builder.ReadSettings(args);
        builder.ConfigureLogging();
        builder.ConfigureHost();
        builder.AddOwnServices();
        return builder;
    }

    /// <summary>
    /// Options of a section: bound strictly (an unknown key is a fault) and checked by their annotations and by an
    /// <see cref="IValidateOptions{TOptions}"/> where one is registered. In the container as <see cref="IOptions{TOptions}"/> and as themselves.
    /// </summary>
    public ServiceBuilder AddOptions<T>(string section)
        where T : class, new()
    {
        if (settings.Has(typeof(T))) return this;
        settings.Add(typeof(T), section);
        Services.AddSingleton<IOptions<T>>(services => Options.Create(settings.Get<T>(services)));
        Services.AddSingleton(services => services.GetRequiredService<IOptions<T>>().Value);
        return this;
    }

    /// <summary>Reads a topic through a stage. The stage is a singleton of the container.</summary>
    /// <param name="source">The topic to read.</param>
    /// <param name="group">The consumer group, before <see cref="TopicsOptions.GroupSuffix"/>.</param>
    public ServiceBuilder AddStage<TIn, TStage>(Func<Topics, Topic<TIn>> source, string group)
        where TIn : class, IMessage<TIn>, new()
        where TStage : class, IStage<TIn>
    {
        Services.TryAddSingleton<TStage>();
        AtStart("learn the schema of " + typeof(TIn).Name, (services, cancellation) =>
            services.GetRequiredService<InputTopic<TIn>>().ConnectAsync(services.GetRequiredService<SchemaRegistryOptions>(), cancellation));
        Services.TryAddSingleton(services => new InputTopic<TIn>(source(services.GetRequiredService<Topics>())));
        Services.AddSingleton(services =>
        {
            var name = NameOf(group, services);
            services.GetRequiredService<StreamingMetrics>().Begin(name);
            return new StageLoop<TIn>(
                services.GetRequiredService<InputTopic<TIn>>(), services.GetRequiredService<TStage>(), name, ActivatorUtilities.CreateInstance<LoopServices>(services));
        });
        Services.AddSingleton(services => services.GetRequiredService<StageLoop<TIn>>().Health);
        Services.AddSingleton(services => new MeasuredLoop(
            services.GetRequiredService<InputTopic<TIn>>().Name, NameOf(group, services), services.GetRequiredService<StageLoop<TIn>>().Health));
        Services.AddSingleton<IHostedService>(services => services.GetRequiredService<StageLoop<TIn>>());
        return this;
    }

    /// <summary>An <see cref="OutputTopic{T}"/> in the container, connected at start.</summary>
    public ServiceBuilder AddOutput<T>(Func<Topics, Topic<T>> topic)
        where T : class, IMessage<T>, new()
    {
        Services.AddSingleton(services => new OutputTopic<T>(topic(services.GetRequiredService<Topics>())));
        return AtStart("learn the schema of " + typeof(T).Name, (services, cancellation) =>
        {
            // Connecting and getting an id as an idempotent producer takes up to a second; the first record should not wait for it.
            _ = services.GetRequiredService<KafkaProducer>();
            return services.GetRequiredService<OutputTopic<T>>().ConnectAsync(services.GetRequiredService<SchemaRegistryOptions>(), cancellation);
        });
    }

    /// <summary>
    /// Holds back writing to a topic while the group that reads it is more than <see cref="KafkaOptions.MaxDownstreamBytes"/> behind.
    /// Does nothing when that is 0.
    /// </summary>
    public ServiceBuilder LimitBacklog<T>(Func<Topics, Topic<T>> topic, string downstreamGroup)
        where T : class, IMessage<T>, new()
    {
        Services.AddSingleton(services => new BacklogLimit(topic(services.GetRequiredService<Topics>()).Name, NameOf(downstreamGroup, services)));
        return this;
    }

    /// <summary>
    /// Work that must be done before the service takes part, in the order in which it is named. Tried again while its faults are
    /// transient (an unregistered schema counts as such); the service is not ready until it is done.
    /// </summary>
    /// <param name="what">What is done, for the log: a verb and a noun.</param>
    /// <param name="doAsync">The work; may be called again after a failure.</param>
    public ServiceBuilder AtStart(string what, Func<IServiceProvider, CancellationToken, Task> doAsync)
    {
        works.Add(new StartUpWork(what, doAsync));
        return this;
    }

    /// <summary>Something the service cannot do its work without; <c>/health/ready</c> says so within 2 s.</summary>
    /// <param name="name">What the answer calls it; no host names.</param>
    /// <param name="isReadyAsync">False or an exception means not ready.</param>
    public ServiceBuilder AddReadinessCheck(string name, Func<IServiceProvider, CancellationToken, Task<bool>> isReadyAsync)
    {
        Services.AddSingleton(new ReadinessCheck(name, isReadyAsync));
        return this;
    }

    /// <summary>Ends the sentence. Endpoints of the service's own may be mapped on the result; they answer 503 until the start-up work is done.</summary>
    public WebApplication Build()
    {
        web.WebHost.UseUrls(web.Configuration["Http:Url"] is { Length: > 0 } url ? url : new HttpOptions().Url);
        var app = web.Build();
        app.Use(RefuseUntilStarted);
        HealthEndpoints.Map(app);
        app.MapMetrics();
        return app;
    }

    private static string NameOf(string group, IServiceProvider services) => group + services.GetRequiredService<TopicsOptions>().GroupSuffix;

    private static Task RefuseUntilStarted(HttpContext request, RequestDelegate next)
    {
        var path = request.Request.Path;
        if (path.StartsWithSegments("/health") || path.StartsWithSegments("/alive") || path.StartsWithSegments(TelemetryServices.Path) || request.RequestServices.GetRequiredService<StartUp>().IsDone)
            return next(request);
        request.Response.Headers.RetryAfter = "1";
        return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: "The service is starting.").ExecuteAsync(request);
    }

    private void ReadSettings(string[] args)
    {
        web.Configuration.Sources.Clear();
        try
        {
            web.Configuration.AddJsonFile("appsettings.json", optional: true, reloadOnChange: false);
        }
        catch (InvalidDataException broken)
        {
            settings.EarlyFaults.Add(broken.Message);
            web.Configuration.Sources.Clear();
        }
        EnvironmentSettings.AddTo(web.Configuration, Environment.GetEnvironmentVariables(), settings.EarlyFaults);
        web.Configuration.AddCommandLine(args);
    }

    private void ConfigureLogging()
    {
        web.Logging.AddConfiguration(web.Configuration.GetSection("Logging"));
        if (web.Configuration["Logging:LogLevel:Default"] is null) web.Logging.SetMinimumLevel(LogLevel.Information);
        if (web.Configuration["Logging:LogLevel:Microsoft"] is null) web.Logging.AddFilter("Microsoft", LogLevel.Warning);
        var colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !Console.IsOutputRedirected;
        web.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z '";
            console.ColorBehavior = colours ? LoggerColorBehavior.Enabled : LoggerColorBehavior.Disabled;
        });
    }

    private void ConfigureHost()
    {
        web.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        Services.AddRoutingCore();
        Services.AddMetrics();
        Services.AddTelemetry(Name);
        Services.Configure<HostOptions>(host =>
        {
            // A service has ten seconds between SIGTERM and the end; the loop takes eight of them at most.
            host.ShutdownTimeout = TimeSpan.FromSeconds(9);
            host.ServicesStopConcurrently = true;
        });
    }

    private void AddOwnServices()
    {
        Services.AddSingleton(settings);
        Services.AddSingleton(new ServiceName(Name));
        Services.TryAddSingleton(TimeProvider.System);
        AddOptions<SecurityOptions>("Security");
        Services.AddSingleton<PlaintextRule>();
        AddOptions<KafkaOptions>("Kafka");
        AddOptions<TopicsOptions>("Topics");
        AddOptions<HttpOptions>("Http");
        AddOptions<MetricsOptions>("Metrics");
        AddOptions<SchemaRegistryOptions>("SchemaRegistry");
        Services.AddSingleton<IValidateOptions<KafkaOptions>, UnsafeKafkaSettings>();
        Services.AddSingleton<IValidateOptions<SchemaRegistryOptions>, UnsafeRegistrySettings>();
        Services.AddSingleton(services => new Topics(services.GetRequiredService<TopicsOptions>().Prefix, services.GetRequiredService<TopicsOptions>().InputPrefix));
        Services.AddSingleton<ProcessFailure>();
        Services.AddSingleton<StreamingMetrics>();
        Services.AddSingleton<KafkaProducer>();
        Services.AddSingleton<BacklogGates>();
        Services.AddSingleton<RecordProducer>();
        Services.AddSingleton<LagReader>();
        Services.AddSingleton<TopicAdmin>();
        Services.AddSingleton(services => new StartUp(
            works, services, services.GetRequiredService<ServiceName>(), services.GetRequiredService<ILoggerFactory>(),
            services.GetRequiredService<ProcessFailure>(), services.GetRequiredService<TimeProvider>()));
        Services.AddSingleton<IHostedService>(services => services.GetRequiredService<StartUp>());
        Services.AddHostedService<LagMetrics>();
    }
}
