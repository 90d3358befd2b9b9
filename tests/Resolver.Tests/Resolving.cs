using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Streaming;

namespace Pipeline.Resolver.Tests;

/// <summary>
/// The stage with everything it stands on: a real Postgres, a Redis and an endpoint where one is named, and a real broker for what is
/// announced in the background.
/// </summary>
internal sealed class Resolving : IAsyncDisposable
{
    private readonly ResolveIdentities stage;
    private long offset;

    public Resolving(NpgsqlDataSource database, RecordProducer producer, ResolverOptions? options = null, string redis = "", TimeProvider? clock = null)
    {
        options ??= new ResolverOptions();
        clock ??= TimeProvider.System;
        Clock = clock;
        var metrics = Meters.Resolver();
        Redis = new RedisLidEntries(redis, options, metrics, clock);
        Postgres = new PostgresLidEntries(database, clock);
        Parked = new ParkedLids(database);
        Table = new LidTable(new LidCache(options.MemoryEntries), Redis, Postgres, new OwnAddressBook(), metrics);
        Endpoint = new ResolveEndpoint(options, new SocketsHttpHandler { AllowAutoRedirect = false }, metrics, clock);
        Refill = new RedisRefill(Redis, Postgres, Table, options, clock, NullLogger<RedisRefill>.Instance);
        var enriched = new OutputTopic<EnrichedEvent>(new Topic<EnrichedEvent>("enriched"), value => value.ToByteArray());
        var mappings = new OutputTopic<LidMapping>(new Topic<LidMapping>("mappings"), value => value.ToByteArray());
        Answers = new EndpointAnswers(Table, Parked, enriched, mappings, producer, clock, NullLogger<EndpointAnswers>.Instance);
        stage = new ResolveIdentities(Table, Endpoint, Answers, new ResolvedRecords(enriched, mappings, metrics), options, metrics, clock);
    }

    public TimeProvider Clock { get; }

    public LidTable Table { get; }

    public RedisLidEntries Redis { get; }

    public PostgresLidEntries Postgres { get; }

    public ParkedLids Parked { get; }

    public ResolveEndpoint Endpoint { get; }

    public EndpointAnswers Answers { get; }

    public RedisRefill Refill { get; }

    /// <summary>What the next batches belong to.</summary>
    public Tenure Tenure { get; set; } = new([0]);

    /// <summary>What goes out on <c>enriched</c>.</summary>
    public async Task<List<EnrichedEvent>> RunAsync(params RawEvent[] events) =>
        [.. (await OutcomesAsync(events)).OfType<Outcome.Emit>().SelectMany(emit => emit.Records).Where(record => record.Topic == "enriched").Select(record => EnrichedEvent.Parser.ParseFrom(record.Value))];

    public Task<IReadOnlyList<Outcome>> OutcomesAsync(params RawEvent[] events) => stage.RunAsync(
        new Batch<RawEvent>([.. events.Select(raw => new Input<RawEvent>(raw, Topics.KeyOf(raw.BusinessId), new Position("raw", 0, offset++), default, null))], []) { Tenure = Tenure }, default);

    /// <summary>The same events written once more by a replay for which nobody is to be asked.</summary>
    public Task<IReadOnlyList<Outcome>> ReplayedAsync(params RawEvent[] events) => stage.RunAsync(
        new Batch<RawEvent>([.. events.Select(raw => new Input<RawEvent>(raw, Topics.KeyOf(raw.BusinessId), new Position("raw", 0, offset++), default, null) { IsCacheOnly = true })], []) { Tenure = Tenure }, default);

    public Task<IReadOnlyList<Outcome>> OutcomesAsync(RawEvent raw, string key) =>
        stage.RunAsync(new Batch<RawEvent>([new Input<RawEvent>(raw, key, new Position("raw", 0, offset++), default, null)], []) { Tenure = Tenure }, default);

    /// <summary>One round of questions that are due, and their answers written down.</summary>
    public async Task<int> RecheckAsync()
    {
        var asked = await ParkedRechecks.AskAsync([0], Parked, Endpoint, Answers, Clock, default);
        await Answers.WriteDownAsync(default);
        return asked;
    }

    public async ValueTask DisposeAsync()
    {
        Endpoint.Dispose();
        Answers.Dispose();
        Refill.Dispose();
        await Redis.DisposeAsync();
        Table.Dispose();
    }

    public static RawEvent Message(string chat, string id, string? alternate = null, long at = 1760000000, long business = 1, string quoted = "")
    {
        var content = quoted.Length == 0
            ? """{"conversation":"hello"}"""
            : $$$$"""{"extendedTextMessage":{"text":"yes","contextInfo":{"stanzaId":"Q1","participant":"{{{{quoted}}}}"}}}""";
        return Raw(
            "messages.upsert",
            "messages",
            $$$"""{"key":{"remoteJid":"{{{chat}}}","remoteJidAlt":"{{{alternate}}}","fromMe":false,"id":"{{{id}}}"},"messageTimestamp":{{{at}}},"message":{{{content}}} }""",
            business);
    }

    public static RawEvent Mapping(string lid, string phone, long business = 1, long receivedAt = 1760000000) =>
        Raw("lid-mapping.update", "", $$"""{"lid":"{{lid}}","pn":"{{phone}}"}""", business, receivedAt);

    public static RawEvent Denied(string lid, string phone, long at, bool isDenied = true, long business = 1)
    {
        Assert.True(Lid.TryParse(lid, out var parsed));
        var (ruling, time) = (new Ruling(parsed, PhoneNumber.FromE164(phone)!.Value, isDenied), DateTimeOffset.FromUnixTimeSeconds(at));
        return new RawEvent
        {
            BusinessId = business,
            Source = OperatorEvents.Source,
            EventType = OperatorEvents.TypeOf(ruling),
            ReceivedAt = Timestamp.FromDateTimeOffset(time),
            EventId = OperatorEvents.IdOf(business, ruling, time).ToString(),
            Payload = ByteString.CopyFrom(OperatorEvents.PayloadOf(ruling)),
        };
    }

    public static RawEvent Allowed(string lid, string phone, long at) => Denied(lid, phone, at, isDenied: false);

    public static RawEvent Connected(long receivedAt = 1760000000) => Raw("connection.update", "", """{"connection":"open"}""", 1, receivedAt);

    public static RawEvent Raw(string type, string part, string json, long business = 1, long receivedAt = 1760000000) => new()
    {
        BusinessId = business,
        Source = "baileys",
        Session = "business_1",
        EventType = type,
        Part = part,
        OwnPhoneAddress = "972525550100:14@s.whatsapp.net",
        OwnLidAddress = "118203344556677:14@lid",
        ReceivedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeSeconds(receivedAt)),
        EventId = DerivedIds.Of(Guid.Empty, business + json + receivedAt).ToString(),
        Payload = ByteString.CopyFromUtf8(json),
    };
}
