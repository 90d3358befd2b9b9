using System.CommandLine;

namespace Pipeline.Cli.Operations;

/// <summary>
/// The options that say where things are. Each is a setting of the services and may be given in the environment just as well; without
/// either, a running <c>pipeline up</c> of this checkout is asked.
/// </summary>
internal sealed class ConnectionOptions
{
    private readonly List<(Option<string?> Option, string Key)> options = [];

    /// <summary>Kafka.</summary>
    public ConnectionOptions Kafka() => Add("--bootstrap-servers", "Kafka:BootstrapServers", "Kafka brokers", "HOST:PORT,…");

    /// <summary>Schema Registry.</summary>
    public ConnectionOptions Registry() => Add("--registry", "SchemaRegistry:Url", "Schema Registry", "URL");

    /// <summary>Postgres and the schema in it.</summary>
    public ConnectionOptions Postgres() => PostgresServer().Add("--schema", "Postgres:Schema", "Postgres schema of the tables (whatsapp)", "NAME");

    /// <summary>Postgres alone, for commands whose tables are not the product's.</summary>
    public ConnectionOptions PostgresServer() => Add("--postgres", "ConnectionStrings:Postgres", "Postgres, as an Npgsql connection string", "TEXT");

    /// <summary>Topic names.</summary>
    public ConnectionOptions Topics() => Add("--prefix", "Topics:Prefix", "What goes before every topic name (whatsapp.)", "TEXT");

    /// <summary>The options, for the command.</summary>
    public Symbol[] Symbols => [.. options.Select(option => (Symbol)option.Option)];

    /// <summary>What was given on the command line, by configuration key.</summary>
    public Dictionary<string, string> Given(ParseResult parsed) =>
        options.Select(option => (option.Key, Value: parsed.GetValue(option.Option))).Where(option => option.Value is not null).ToDictionary(option => option.Key, option => option.Value!);

    private ConnectionOptions Add(string name, string key, string description, string value)
    {
        var variable = key.Replace(":", "__", StringComparison.Ordinal);
        options.Add((new Option<string?>(name) { Description = $"{description}. Environment: {variable}", HelpName = value }, key));
        return this;
    }
}
