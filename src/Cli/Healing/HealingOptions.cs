using System.CommandLine;
using System.Text.RegularExpressions;
using Pipeline.Cli.Commands;
using Pipeline.Healing;

namespace Pipeline.Cli.Healing;

/// <summary>The options of every command that works on an older layout: where its tables are, and how much of them.</summary>
internal sealed partial class HealingOptions
{
    private readonly Option<string> schema = new("--schema") { Description = "The Postgres schema of the older tables.", HelpName = "NAME", DefaultValueFactory = _ => "public" };
    private readonly Option<string> productSchema = new("--product-schema") { Description = "The product's schema in the same database: its LID table is used when it is there.", HelpName = "NAME", DefaultValueFactory = _ => "whatsapp" };
    private readonly Option<long[]> business = new("--business") { Description = "Only this business; can be given several times.", HelpName = "ID" };
    private readonly Option<string> region = new("--region") { Description = "Whose habit phones with a leading zero are written in, two letters. Default: they cannot be read.", HelpName = "XX", DefaultValueFactory = _ => "" };
    private readonly Option<int> batchSize = WholeNumber.Option("--batch-size", "Rows changed in one transaction.", "ROWS", least: 1, most: 100_000, usual: 1000);

    /// <summary>The options, for the command.</summary>
    public Symbol[] Symbols => [schema, productSchema, business, region, batchSize];

    /// <summary>What was given.</summary>
    public BackfillOptions Of(ParseResult parsed) => new()
    {
        Schema = Identifier("--schema", parsed.GetValue(schema)!),
        ProductSchema = Identifier("--product-schema", parsed.GetValue(productSchema)!),
        Businesses = (parsed.GetValue(business) ?? []).ToHashSet(),
        Region = parsed.GetValue(region)!,
        BatchSize = parsed.GetValue(batchSize),
    };

    /// <summary>A name that can stand in a statement as it is.</summary>
    /// <exception cref="PipelineException">It cannot.</exception>
    public static string Identifier(string option, string name) =>
        PlainIdentifier().IsMatch(name) ? name : throw new PipelineException($"{option} is a plain lower-case Postgres identifier.", exitCode: ExitCode.Usage);

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$")]
    private static partial Regex PlainIdentifier();
}
