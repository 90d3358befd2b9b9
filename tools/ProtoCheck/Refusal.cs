namespace Pipeline.ProtoCheck;

/// <summary>One reason why the schemas of today cannot read what a release wrote.</summary>
/// <param name="File">The file, as it is imported.</param>
/// <param name="Place">Message, or message and field, or enum and value.</param>
/// <param name="What">What has changed.</param>
/// <param name="Advice">What to do instead.</param>
/// <param name="Release">The release whose records would be misread.</param>
internal sealed record Refusal(string File, string Place, string What, string Advice, string Release)
{
    /// <inheritdoc/>
    public override string ToString() => $"proto/{File}: {Place}: {What} (released in {Release}).\n    {Advice}";
}
