using System.Security.Cryptography;
using System.Text;

namespace Pipeline.ThreadLinker;

/// <summary>The ids of the events that this service makes itself.</summary>
public static class MergeEventId
{
    /// <summary>
    /// The event id of a merge: a UUID of version 8 (RFC 9562) over the event that caused it and the lead that ended. The same merge has
    /// the same id whenever it is announced.
    /// </summary>
    public static Guid OfMerge(Guid causeEventId, long businessId, long absorbedLeadId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"merge|{causeEventId:d}|{businessId}|{absorbedLeadId}"), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
