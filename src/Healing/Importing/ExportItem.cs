using System.Text.Json;

namespace Pipeline.Healing.Importing;

/// <summary>One row, record or object of an export.</summary>
/// <param name="List">The list it stood in, lower case, such as <c>messages</c>; empty when it had no name.</param>
/// <param name="Line">The line of the file on which it begins, from 1.</param>
/// <param name="Json">What it says; valid until the next item is asked for.</param>
public readonly record struct ExportItem(string List, long Line, JsonElement Json);

/// <summary>A line that could not be read.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Why">In words for an operator, without anything the line says.</param>
public readonly record struct UnreadLine(long Line, string Why);
