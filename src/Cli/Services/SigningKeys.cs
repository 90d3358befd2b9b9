namespace Pipeline.Cli.Services;

/// <summary>The Ingestor's signing key, for commands that need tokens.</summary>
internal static class SigningKeys
{
    private const string Variable = "Ingestor__SigningKey";

    /// <summary>From the environment, else from a running <c>pipeline up</c>.</summary>
    /// <exception cref="PipelineException">It is found in neither.</exception>
    public static string Find(CheckoutFolders folders)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } key) return key;
        if (Environment.GetEnvironmentVariable(Variable + "_FILE") is { Length: > 0 } file)
        {
            try
            {
                return File.ReadAllText(file).TrimEnd('\r', '\n');
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new PipelineException($"{Variable}_FILE names a file that cannot be read: {unreadable.Message}");
            }
        }
        return UpFolder.RunningIn(folders)?.Settings.SigningKey
            ?? throw new PipelineException("The Ingestor's signing key is not known.", $"Set {Variable} or {Variable}_FILE to the Ingestor's own, or start ./pipeline up.");
    }
}
