using Pipeline.Cli.Embedded;

namespace Pipeline.Cli.Services;

/// <summary>A service as a process of its own, so that it can be killed and started again.</summary>
internal static class ServiceProcess
{
    // The same runtime that we run on; there may be others on the PATH.
    private static string Runtime => Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    /// <summary>Starts a service's own program.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="settings">What it is told.</param>
    /// <param name="logFolder">Its output goes to a file here.</param>
    /// <param name="guardian">Ends it when we die.</param>
    public static ChildProcess Start(ServiceKind kind, PipelineSettings settings, string logFolder, Guardian guardian) =>
        ChildProcess.Start(
            kind.Name,
            Path.Combine(logFolder, kind.Name + ".log"),
            guardian,
            "TERM",
            [Runtime, Path.Combine(AppContext.BaseDirectory, kind.Assembly)],
            settings.EnvironmentOf(kind));
}
