using System.Globalization;

namespace Pipeline.Cli.Bench;

/// <summary>The most memory a process has had resident, as Linux counts it.</summary>
internal static class PeakMemory
{
    /// <summary>In bytes; null when the process is gone.</summary>
    public static long? Of(int pid)
    {
        try
        {
            // "VmHWM:     51234 kB"
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? null : long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
