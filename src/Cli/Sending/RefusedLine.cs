namespace Pipeline.Cli.Sending;

/// <summary>One line of an input file that was not taken, by us or by the Ingestor. The rest of the file goes on.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Reason">A short code, for example <c>invalid_json</c>.</param>
/// <param name="Detail">One sentence; never the line's content.</param>
internal sealed record RefusedLine(int Number, string Reason, string Detail);
