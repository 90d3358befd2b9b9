namespace Pipeline.Streaming;

/// <summary>How careful a service is with what it connects to (section <c>Security</c>).</summary>
public sealed class SecurityOptions
{
    /// <summary>
    /// Whether connections to other machines may go without TLS. Messages and phones cross the network readable then, and passwords too,
    /// so this belongs only where the network itself is protected: a private network of containers, a mesh, a tunnel.
    /// </summary>
    public bool AllowPlaintext { get; set; }
}
