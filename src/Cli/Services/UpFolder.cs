namespace Pipeline.Cli.Services;

/// <summary>What a running <c>pipeline up</c> leaves in its folder for other commands: its settings, and that it is about to end.</summary>
internal static class UpFolder
{
    /// <summary>The folder.</summary>
    public static string Of(CheckoutFolders folders) => Path.Combine(folders.Data, "up");

    /// <summary>The settings, see <see cref="EnvironmentFile"/>.</summary>
    public static string EnvironmentOf(CheckoutFolders folders) => Path.Combine(Of(folders), "environment");

    /// <summary>Is there while <c>up</c> waits for everything to be stored: no more events are taken.</summary>
    public static string DrainingOf(CheckoutFolders folders) => Path.Combine(Of(folders), "draining");

    /// <summary>The settings of the <c>up</c> that runs now and its process number, or null.</summary>
    public static (PipelineSettings Settings, int ProcessId)? RunningIn(CheckoutFolders folders) => EnvironmentFile.ReadOfRunning(EnvironmentOf(folders));

    /// <summary>The same, or an error that says what to do.</summary>
    /// <exception cref="PipelineException">None runs.</exception>
    public static (PipelineSettings Settings, int ProcessId) NeedRunningIn(CheckoutFolders folders) =>
        RunningIn(folders) ?? throw new PipelineException("./pipeline up is not running in this checkout.", "Start it in another terminal: ./pipeline up");
}
