using System.Xml.Linq;

namespace Pipeline.Architecture.Tests;

/// <summary>
/// The picture of the house: services → Streaming → Contracts and Telemetry, services → Identity and Storage, Identity → nothing. Read from the project
/// files, so that breaking it cannot be overlooked.
/// </summary>
public class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["Contracts"] = [],
        ["Identity"] = [],
        ["Storage"] = [],
        ["Telemetry"] = [],
        ["Streaming"] = ["Contracts", "Telemetry"],
        ["Ingestor"] = ["Streaming", "Identity"],
        ["Resolver"] = ["Streaming", "Identity", "Storage"],
        ["ThreadLinker"] = ["Streaming", "Identity", "Storage"],
        ["Sink"] = ["Streaming", "Identity", "Storage"],
        ["Healing"] = ["Identity", "Storage"],
        ["Cli"] = ["Healing", "Ingestor", "Resolver", "ThreadLinker", "Sink", "Streaming", "Contracts", "Identity", "Storage"],
    };

    // Each technology has one home.
    private static readonly Dictionary<string, string[]> HomesOfPackages = new()
    {
        ["Confluent.Kafka"] = ["Streaming"],
        ["Confluent.SchemaRegistry.Serdes.Protobuf"] = ["Contracts"],
        ["Google.Protobuf"] = ["Contracts"],
        ["Grpc.Tools"] = ["Contracts"],
        ["Npgsql"] = ["Storage"],
        ["StackExchange.Redis"] = ["Resolver"],
        ["OpenTelemetry"] = ["Telemetry"],
        ["OpenTelemetry.Exporter.OpenTelemetryProtocol"] = ["Telemetry"],
        ["Polly.Core"] = ["Resolver"],
        ["libphonenumber-csharp"] = ["Identity"],
        ["System.CommandLine"] = ["Cli"],
        ["Spectre.Console"] = ["Cli"],
    };

    public static TheoryData<string> Projects => new(Directory.GetFiles(Checkout.Folder("src"), "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension)!);

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_what_lies_below_it(string project)
    {
        Assert.True(AllowedProjects.TryGetValue(project, out var allowed), $"{project} is new: draw it into the picture, in ARCHITECTURE.md and here.");
        Assert.Empty(Items(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_technology_is_used_only_in_its_home(string project)
    {
        foreach (var package in Items(project, "PackageReference"))
        {
            Assert.True(HomesOfPackages.TryGetValue(package, out var homes), $"{package} has no home yet: name one here and add a line in docs/decisions.");
            Assert.Contains(project, homes);
        }
    }

    [Fact]
    public void Only_Streaming_speaks_to_Kafka() =>
        Assert.All(SourcesWith("using Confluent.Kafka"), file => Assert.Matches("^src/Streaming/|^src/Contracts/RecordCodec.Latest.cs$", file));

    [Fact]
    public void Only_Telemetry_knows_OpenTelemetry() =>
        Assert.All(SourcesWith("using OpenTelemetry"), file => Assert.Matches("^src/Telemetry/", file));

    [Fact]
    public void Topic_names_are_written_in_one_place() =>
        Assert.Equal(["src/Contracts/Topics.cs"], SourcesWith("\"raw.v1\"").Union(SourcesWith("\"enriched.v1\"")).Union(SourcesWith("\"linked.v1\"")).Union(SourcesWith("\"lid-mappings.v1\"")).Union(SourcesWith("\"leads.v1\"")));

    [Fact]
    public void Identity_knows_neither_clock_nor_network_nor_files() =>
        Assert.All(new[] { "TimeProvider", "System.Net", "System.IO.File", "File.Read", "HttpClient" }.SelectMany(SourcesWith), file => Assert.DoesNotMatch("^src/Identity/", file));

    [Fact]
    public void Every_project_of_the_checkout_is_in_the_solution()
    {
        var solution = File.ReadAllText(Checkout.Folder("Pipeline.sln"));
        var missing = new[] { "src", "tests", "bench", "tools", "samples" }
            .Select(Checkout.Folder).Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Checkout.Root, file).Replace('/', '\\'))
            .Where(file => !solution.Contains(file, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    private static IEnumerable<string> Items(string project, string item) =>
        XDocument.Load(Checkout.Folder($"src/{project}/{project}.csproj")).Descendants(item).Select(element => (string)element.Attribute("Include")!);

    private static IEnumerable<string> SourcesWith(string text) =>
        Directory.GetFiles(Checkout.Folder("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && File.ReadAllText(file).Contains(text, StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Checkout.Root, file));
}
