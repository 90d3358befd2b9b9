using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Streaming;

/// <summary>
/// Settings from environment variables: <c>Section__Key=value</c>, and <c>Section__Key_FILE=/path</c> whose value is the content of
/// that file, so that a secret never stands in the environment.
/// </summary>
internal static class EnvironmentSettings
{
    private const string FileSuffix = "_FILE";

    /// <summary>Adds what the environment says on top of what is there.</summary>
    /// <param name="faults">Gets a sentence for each file that cannot be read.</param>
    public static void AddTo(IConfigurationBuilder configuration, IDictionary environment, List<string> faults)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var files = new List<(string Name, string Path)>();
        foreach (DictionaryEntry variable in environment)
        {
            var name = (string)variable.Key;
            var value = (string?)variable.Value ?? "";
            if (!name.Contains("__", StringComparison.Ordinal)) continue;
            if (name.EndsWith(FileSuffix, StringComparison.Ordinal)) files.Add((name, value));
            else settings[KeyOf(name)] = value;
        }

        foreach (var (name, path) in files)
        {
            var plain = name[..^FileSuffix.Length];
            if (settings.ContainsKey(KeyOf(plain))) faults.Add($"{plain} and {name} are both set; one of them has to go.");
            try
            {
                settings[KeyOf(plain)] = File.ReadAllText(path).TrimEnd('\r', '\n');
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
            {
                faults.Add($"{name} names a file that cannot be read: {unreadable.GetType().Name}.");
            }
        }
        configuration.AddInMemoryCollection(settings);
    }

    private static string KeyOf(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
}
