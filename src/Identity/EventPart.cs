using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>One record-to-be out of an event.</summary>
/// <param name="Part">Which list of the event it stood in: <c>messages</c>, <c>contacts</c>, <c>chats</c>, <c>lidPnMappings</c>, <c>userReceipt</c>, <c>keys</c>, <c>item</c>,
/// <c>data</c>, <c>payload</c>; empty for the whole.</param>
/// <param name="Delivery"><c>notify</c>, <c>append</c> or empty.</param>
/// <param name="Index">Position in that list, from 0.</param>
/// <param name="Json">The bytes of the item, verbatim; they outlive the document they were taken from.</param>
public sealed record EventPart(string Part, string Delivery, int Index, ReadOnlyMemory<byte> Json)
{
    /// <summary>The item inside the document it was split from, so that it need not be parsed again. Only as long as that document lives.</summary>
    internal JsonElement Element { get; init; }
}
