namespace Pipeline.Cli.Sending;

/// <summary>One line of an input file that can be sent.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Business">The business it belongs to.</param>
/// <param name="Source">Who speaks: <c>baileys</c>, <c>evolution</c> or <c>waha</c>.</param>
/// <param name="Json">The line as it stands in the file, without its line end.</param>
internal sealed record InputLine(int Number, long Business, string Source, ReadOnlyMemory<byte> Json);
