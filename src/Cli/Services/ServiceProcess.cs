using Pipeline.Cli.Embedded;

namespace Pipeline.Cli.Services;

/// <summary>A service as a process of its own, so that it can be killed and started again.</summary>
internal static class ServiceProcess
{
    // The same runtime that we run on; there may be others on the PATH.
    private static string Runtime => Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    // 64 MiB in hexadecimal. A batch allocates a few megabytes that all die young; a larger nursery means fewer collections. There is
    // no setting for it in a runtimeconfig file, only this variable (the image of deploy/ sets it too).
    private static readonly KeyValuePair<string, string> Nursery = new(
        "DOTNET_GCgen0size", Environment.GetEnvironmentVariable("DOTNET_GCgen0size") is { Length: > 0 } given ? given : "0x4000000");

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
            settings.EnvironmentOf(kind).Append(Nursery));
}
