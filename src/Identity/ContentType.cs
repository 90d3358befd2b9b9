using System.Text.Json;

namespace Pipeline.Identity;

/// <summary>One known field of a message's content.</summary>
/// <param name="Form">How it is taken.</param>
/// <param name="Word">The product's word for it.</param>
/// <param name="Text">Where its text stands; null when it has none.</param>
internal sealed record ContentType(ContentForm Form, string? Word = null, Func<JsonElement, string?>? Text = null);
