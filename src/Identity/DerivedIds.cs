using System.Text;

namespace Pipeline.Identity;

/// <summary>Ids of events that follow from another event: the same cause and the same words give the same id.</summary>
public static class DerivedIds
{
    /// <summary>UUID version 5 (RFC 4122) with the cause as its namespace.</summary>
    /// <param name="cause">The event that it follows from.</param>
    /// <param name="what">What follows, in words that tell the followers of one cause apart.</param>
    public static Guid Of(Guid cause, string what)
    {
        var name = new byte[16 + Encoding.UTF8.GetByteCount(what)];
        cause.TryWriteBytes(name, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(what, name.AsSpan(16));
        return Uuid5.Of(name);
    }
}
