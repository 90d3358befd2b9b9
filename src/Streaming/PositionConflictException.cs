namespace Pipeline.Streaming;

/// <summary>
/// Thrown by a stage that <see cref="IOwnPositions"/> when the stored position is not the one it expected: another process has moved
/// on. Nothing of the batch has taken effect. The loop loads the positions again and goes on from there.
/// </summary>
public sealed class PositionConflictException(string message) : Exception(message);
