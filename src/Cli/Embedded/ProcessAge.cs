using System.Globalization;

namespace Pipeline.Cli.Embedded;

/// <summary>When a process began, as Linux counts it. Number and beginning together name a process; the number alone is given again to others.</summary>
internal static class ProcessAge
{
    // Fields of /proc/<pid>/stat behind the program's name, see proc(5): state is the first of them, starttime the twentieth.
    private const int State = 0;
    private const int StartTime = 19;

    /// <summary>Clock ticks between the machine's start and the process's; null when no such process runs.</summary>
    public static long? Of(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The name stands in parentheses and may hold anything, parentheses included.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[State] is "Z" or "X" ? null : long.Parse(fields[StartTime], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
