namespace Pipeline.Streaming;

/// <summary>A group's offsets cannot be moved, because somebody reads with it.</summary>
/// <param name="group">The group.</param>
/// <param name="state">Kafka's word for its state.</param>
public sealed class GroupActiveException(string group, string state)
    : Exception($"Assignments can only be reset if the group '{group}' is inactive, but the current state is {state}.")
{
    /// <summary>The group.</summary>
    public string Group { get; } = group;
}
