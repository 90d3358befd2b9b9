using Npgsql;
using Pipeline.Cli.Commands;

namespace Pipeline.Cli.Tests.Explain;

/// <summary>The command as an operator runs it, on tables that a test fills by SQL. Nothing answers at the address of Kafka.</summary>
internal sealed class Explaining(NpgsqlDataSource database) : IAsyncDisposable
{
    private const string Nowhere = "127.0.0.1:1";

    /// <summary>Fills tables. <c>event(n)</c> is an event id, <c>at(n)</c> a moment, n minutes after a fixed one.</summary>
    public async Task StoreAsync(string sql)
    {
        await using var command = database.CreateCommand("""
            CREATE OR REPLACE FUNCTION event(n integer) RETURNS uuid LANGUAGE sql RETURN ('00000000-0000-5000-8000-' || lpad(n::text, 12, '0'))::uuid;
            CREATE OR REPLACE FUNCTION at(n integer) RETURNS timestamptz LANGUAGE sql RETURN timestamptz '2025-10-09 08:00:00+00' + n * interval '1 minute';
            """ + sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A person with a conversation: a lead, its identities, its conversation of the same number.</summary>
    public Task StorePersonAsync(int business, int lead, string? phone, string? lid, string name = "Dana") => StoreAsync($"""
        INSERT INTO business VALUES ({business}, 100) ON CONFLICT DO NOTHING;
        INSERT INTO leads (business_id, lead_id, phone_e164, phone_rank, phone_at, push_name, push_name_at)
        VALUES ({business}, {lead}, {Text(phone)}, {(phone is null ? "NULL" : "2")}, {(phone is null ? "NULL" : "at(5)")}, '{name}', at(6));
        INSERT INTO contact_identities (business_id, channel, external_id, lead_id, first_lead_id) SELECT {business}, channel, external_id, {lead}, {lead}
          FROM (VALUES ('phone', {Text(phone)}), ('whatsapp', {Text(lid is null ? null : lid + "@lid")})) AS i (channel, external_id) WHERE external_id IS NOT NULL;
        INSERT INTO whatsapp_conversation (id, business_id, canonical_key, kind, lead_id, person_id, message_count, unread_count, last_message_at) OVERRIDING SYSTEM VALUE
        VALUES ({(business * 100) + lead}, {business}, 'lead:{business}:{lead}', 'direct', {lead}, {lead}, 3, 1, at(10));
        """);

    /// <summary>Asks, and expects to be told something.</summary>
    public async Task<string> ExplainAsync(params string[] arguments)
    {
        var (code, said, complaint) = await RunAsync(arguments);
        Assert.True(code == ExitCode.Ok, complaint);
        return said;
    }

    /// <summary>Asks.</summary>
    public Task<(int Code, string Said, string Complaint)> RunAsync(params string[] arguments) => CommandAsync("explain", arguments);

    /// <summary>Runs any command on the same tables.</summary>
    public async Task<(int Code, string Said, string Complaint)> CommandAsync(string command, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] where = ["--postgres", database.ConnectionString, .. arguments.Contains("--bootstrap-servers") ? Array.Empty<string>() : ["--bootstrap-servers", Nowhere]];
        var code = await CommandLine.RunAsync([command, .. arguments, .. where], new Terminal(output, error, live: false));
        return (code, output.ToString(), error.ToString());
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static string Text(string? value) => value is null ? "NULL" : $"'{value}'";
}
