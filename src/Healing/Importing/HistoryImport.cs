using System.Text;

namespace Pipeline.Healing.Importing;

/// <summary>Reads an exported history from beginning to end.</summary>
public static class HistoryImport
{
    private const int ItemsBetweenReports = 10_000;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The export; of Chatwoot also CSV, told by its name or its first character.</param>
    /// <param name="source">Which program wrote it.</param>
    /// <param name="report">Told now and then how many bytes have been read.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SplitHistory Read(string path, ExportSource source, Action<long>? report = null, CancellationToken cancellation = default)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        return Read(file, source, source == ExportSource.Chatwoot && IsCsv(path, file), report, cancellation);
    }

    /// <summary>Reads an export.</summary>
    public static SplitHistory Read(Stream file, ExportSource source, bool isCsv, Action<long>? report = null, CancellationToken cancellation = default)
    {
        var history = new SplitHistory();
        var items = 0;
        if (isCsv)
        {
            using var text = new StreamReader(file, Encoding.UTF8, true, 1 << 16, leaveOpen: true);
            foreach (var row in CsvReader.Rows(text))
            {
                ChatwootExport.Read(row, history);
                Report(file.Position);
            }
            return history;
        }
        var reader = new ExportReader(file, history.CouldNotRead);
        foreach (var item in reader.Items())
        {
            switch (source)
            {
                case ExportSource.Evolution: EvolutionExport.Read(item, history); break;
                case ExportSource.Waha: WahaExport.Read(item, history); break;
                default: ChatwootExport.Read(item, history); break;
            }
            Report(reader.Position);
        }
        return history;

        void Report(long position)
        {
            if (++items % ItemsBetweenReports != 0) return;
            cancellation.ThrowIfCancellationRequested();
            report?.Invoke(position);
        }
    }

    private static bool IsCsv(string path, FileStream file)
    {
        if (Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase)) return true;
        Span<byte> first = stackalloc byte[64];
        var begin = first[..file.Read(first)].Trim("\uFEFF \t\r\n"u8);
        file.Position = 0;
        return begin is not [(byte)'{' or (byte)'[', ..];
    }
}
