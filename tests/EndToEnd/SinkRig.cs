using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pipeline.Cli;
using Pipeline.Cli.Embedded;
using Pipeline.Cli.Operations;
using Pipeline.Cli.Services;
using Pipeline.Contracts;
using Pipeline.Servers;
using Pipeline.Storage;
using Pipeline.Streaming;

namespace Pipeline.EndToEnd;

/// <summary>A Sink as a process of its own, on a broker and a database of its own, that is to be killed at a chosen moment.</summary>
internal sealed class SinkRig : IAsyncDisposable
{
    private const int Partitions = 4;
    private const int Businesses = 8;
    private const long CommitLock = 4711;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sink-rig-");
    private readonly Guardian guardian = new();
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly Topics topics = new("whatsapp.");
    private readonly Dictionary<long, long> conversations = [];
    private readonly CancellationTokenSource ended = new();
    private EmbeddedRegistry registry = null!;
    private string connectionString = null!;
    private NpgsqlDataSource database = null!;
    private OperatingTools tools = null!;
    private TopicWriter<LinkedEvent> writer = null!;
    private LagWatch watch = null!;
    private ChildProcess sink = null!;
    private Task sampling = null!;

    /// <summary>How often Kafka's positions were compared with the stored ones.</summary>
    public int Samples { get; private set; }

    /// <summary>How often Kafka's were further on.</summary>
    public int Violations { get; private set; }

    /// <summary>Messages written so far.</summary>
    public int Written { get; private set; }

    public static async Task<SinkRig> StartAsync(PostgresServer postgres)
    {
        var rig = new SinkRig();
        rig.broker.CreateTopic(rig.topics.Linked.Name, Partitions).CreateTopic(rig.topics.Linked.DeadLetters, Partitions);
        rig.registry = await EmbeddedRegistry.StartAsync(0, default);
        using (var client = new SchemaRegistry(new SchemaRegistryOptions { Url = rig.registry.Url, Timeout = TimeSpan.FromSeconds(30) }))
            await client.RegisterAsync(rig.topics.Linked.Subject, LinkedEvent.Descriptor.File, default);
        rig.connectionString = await postgres.CreateDatabaseAsync();
        rig.database = Database.Open(rig.connectionString, new PostgresOptions(), "tests");
        await Migrations.ApplyAsync(rig.database, "whatsapp", default);
        await rig.PrepareAsync();
        rig.tools = OperatingTools.Open(new Dictionary<string, string> { ["Kafka:BootstrapServers"] = rig.broker.BootstrapServers, ["SchemaRegistry:Url"] = rig.registry.Url }, CheckoutFolders.Find());
        rig.writer = await TopicWriter<LinkedEvent>.OpenAsync(rig.tools, rig.topics.Linked, default);
        rig.watch = new LagWatch(new KafkaOptions { BootstrapServers = rig.broker.BootstrapServers }, new ServiceName("tests"), Topics.Groups.Sink, TimeProvider.System);
        rig.Start();
        rig.sampling = Task.Run(rig.SampleAsync);
        // Every partition gets its first stored position, which the locks below need.
        await rig.WriteAsync(40);
        await rig.CaughtUpAsync();
        return rig;
    }

    /// <summary>Starts the Sink (again).</summary>
    public void Start() => sink = ChildProcess.Start(
        "sink", Path.Combine(folder.FullName, "sink.log"), guardian, "TERM", ["dotnet", Path.Combine(AppContext.BaseDirectory, ServiceKind.Sink.Assembly)],
        new Dictionary<string, string>
        {
            ["Kafka__BootstrapServers"] = broker.BootstrapServers,
            ["Kafka__SessionTimeout"] = "00:00:06",
            ["SchemaRegistry__Url"] = registry.Url,
            ["ConnectionStrings__Postgres"] = connectionString,
            ["Http__Url"] = $"http://127.0.0.1:{LoopbackPort.Free()}",
        });

    /// <summary>Writes new messages of all businesses, with some of the ones before repeated.</summary>
    public async Task WriteAsync(int messages)
    {
        var records = new List<Output>();
        for (var number = Written; number < Written + messages; number++)
        {
            records.Add(RecordOf(number));
            if (number % 10 == 9) records.Add(RecordOf(number - 9));
        }
        await writer.WriteAsync(records, default);
        Written += messages;
    }

    /// <summary>Kills the Sink when it is about to write the first row of a batch.</summary>
    public async Task KillBeforeDataAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await ExecuteAsync(connection, "SELECT FROM sink_offset FOR UPDATE");
            await WriteAsync(60);
            await UntilAsync(async () => await WaitingAsync("Lock", null) > 0, "the Sink waits for its position");
            await KillAsync();
        }
    }

    /// <summary>Kills the Sink when a batch is written and about to be committed.</summary>
    /// <param name="stored">Whether Postgres commits it all the same: it had the order already.</param>
    public async Task KillAfterDataAsync(bool stored)
    {
        await using var connection = await database.OpenConnectionAsync();
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({CommitLock})");
        await WriteAsync(60);
        await UntilAsync(async () => await WaitingAsync("Lock", "advisory") > 0, "the Sink waits in its commit");
        await KillAsync();
        if (!stored) await ExecuteAsync(connection, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sink'");
        await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({CommitLock})");
    }

    /// <summary>Kills the Sink when Postgres has a batch and Kafka does not know it.</summary>
    public async Task KillBeforeMirrorAsync()
    {
        broker.FailNext(EmbeddedBroker.Request.OffsetCommit, Confluent.Kafka.ErrorCode.TopicAuthorizationFailed, times: 10_000);
        await WriteAsync(60);
        await UntilAsync(
            async () => (await StoredAsync()).Values.Sum() is var stored && stored > (await CommittedAsync()).Sum(lag => lag.Committed ?? 0) && stored == (await CommittedAsync()).Sum(lag => lag.High),
            "Postgres has what Kafka does not know");
        await KillAsync();
        broker.StopFailing(EmbeddedBroker.Request.OffsetCommit);
    }

    /// <summary>Waits until everything is stored, and mirrored.</summary>
    public Task CaughtUpAsync() => UntilAsync(
        async () =>
        {
            var stored = await StoredAsync();
            return (await CommittedAsync()).All(lag => lag.Lag == 0 && (lag.High == 0 || stored.GetValueOrDefault(lag.Partition) == lag.High));
        },
        "everything is stored and mirrored");

    /// <summary>Compares what is stored with what was written: messages that are missing, and rows that are too many.</summary>
    public async Task<(long Lost, long Doubled, long WronglyCounted)> CompareAsync()
    {
        await Mission.HoldsAsync(database);
        return (
            await NumberAsync($"SELECT count(*) FROM generate_series(0, {Written - 1}) n WHERE NOT EXISTS (SELECT FROM whatsapp_message m WHERE m.message_id = 'M' || n)"),
            await NumberAsync("SELECT count(*) - count(DISTINCT message_id) FROM whatsapp_message"),
            await NumberAsync("SELECT count(*) FROM whatsapp_conversation c WHERE c.message_count <> (SELECT count(*) FROM whatsapp_message m WHERE m.conversation_id = c.id)"));
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await sampling;
        await sink.DisposeAsync();
        watch.Dispose();
        await tools.DisposeAsync();
        await database.DisposeAsync();
        await registry.DisposeAsync();
        broker.Dispose();
        await guardian.DisposeAsync();
        folder.Delete(recursive: true);
        ended.Dispose();
    }

    private async Task PrepareAsync()
    {
        for (var business = 1L; business <= Businesses; business++)
            conversations[business] = await NumberAsync($"""
                WITH b AS (INSERT INTO business VALUES ({business}, 2)), l AS (INSERT INTO leads (business_id, lead_id) VALUES ({business}, 1))
                INSERT INTO whatsapp_conversation (business_id, canonical_key, kind, lead_id, person_id) VALUES ({business}, 'lead:{business}:1', 'direct', 1, 1) RETURNING id
                """);
        // Lets a test hold the Sink in the very last moment before a commit is final.
        await using var command = database.CreateCommand($"""
            CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({CommitLock}); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER wait_at_commit AFTER UPDATE ON sink_offset DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
            """);
        await command.ExecuteNonQueryAsync();
    }

    private Output RecordOf(int number)
    {
        var business = 1 + (number % Businesses);
        var id = new Guid(number, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
        var at = DateTimeOffset.UnixEpoch.AddYears(54).AddSeconds(number);
        var peer = new Party { Phone = "+972501234567", Address = "972501234567@s.whatsapp.net", Source = Party.Types.Source.Direct };
        var value = new LinkedEvent
        {
            EventId = id.ToString(),
            BusinessId = business,
            Conversation = new Contracts.Conversation { ConversationId = conversations[business] },
            ReceivedAt = at.ToTimestamp(),
            Message = new Message { MessageId = $"M{number}", Kind = Message.Types.Kind.Direct, Peer = peer, Author = peer, PushName = "Dana", Type = "text", Text = "hello", SentAt = at.ToTimestamp() },
        };
        return writer.Record(value, id, "whatsapp.message.linked.v1", business, at);
    }

    private async Task KillAsync()
    {
        Assert.True(Signal.Send(sink.Id, Signal.Kill), "The Sink had ended already: " + sink.LastLines());
        await sink.Ended;
    }

    // Kafka first: the stored position may move on between the questions, and only forward.
    private async Task SampleAsync()
    {
        while (!ended.IsCancellationRequested)
        {
            var committed = await CommittedAsync();
            var stored = await StoredAsync();
            Samples++;
            Violations += committed.Count(lag => lag.Committed is { } offset && offset > stored.GetValueOrDefault(lag.Partition));
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<PartitionLag>> CommittedAsync() => await watch.ReadAsync(topics.Linked.Name, AskLimit, default);

    private async Task<Dictionary<int, long>> StoredAsync()
    {
        await using var command = database.CreateCommand("SELECT partition, next_offset FROM sink_offset");
        await using var rows = await command.ExecuteReaderAsync();
        var stored = new Dictionary<int, long>();
        while (await rows.ReadAsync()) stored[rows.GetInt32(0)] = rows.GetInt64(1);
        return stored;
    }

    private Task<long> WaitingAsync(string type, string? what) => NumberAsync($"""
        SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'sink' AND wait_event_type = '{type}' AND ({(what is null ? "true" : $"wait_event = '{what}'")})
        """);

    private async Task<long> NumberAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit) throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {what}. The Sink says: {sink.LastLines()}");
            await Task.Delay(20);
        }
    }
}
