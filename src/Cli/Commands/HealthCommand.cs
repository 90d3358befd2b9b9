using System.CommandLine;
using Pipeline.Cli.Services;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline health URL</c>: for images without curl.</summary>
internal static class HealthCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var address = new Argument<Uri>("URL")
        {
            Description = "For example http://127.0.0.1:8080/health/ready",
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url)) return url;
                result.AddError("URL is an address such as http://127.0.0.1:8080/health/ready.");
                return null;
            },
        };
        return new PipelineCommand("health", "Ask a service how it is: exit code 0 when it answers 200.")
            .With(address).Runs(terminal, async (parsed, interruption) =>
            {
                using var health = new ServiceHealth();
                return await health.IsWellAsync(parsed.GetRequiredValue(address), interruption.Ending) ? ExitCode.Ok : ExitCode.Failed;
            });
    }
}
