namespace Pipeline.Contracts;

/// <summary>The bytes of a record are not what its topic promises. Trying again cannot help.</summary>
public sealed class UndecodableRecordException : Exception
{
    /// <param name="reason">A short code, for example <c>bad_magic</c>; it becomes the reason of the dead letter.</param>
    /// <param name="message">What was found, without any of the record's content.</param>
    public UndecodableRecordException(string reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>A short code: <c>empty_value</c>, <c>bad_magic</c>, <c>bad_frame</c>, <c>bad_protobuf</c>.</summary>
    public string Reason { get; }
}
