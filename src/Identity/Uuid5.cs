using System.Security.Cryptography;

namespace Pipeline.Identity;

/// <summary>UUIDs of version 5 (RFC 4122): the same name gives the same UUID, on every machine.</summary>
internal static class Uuid5
{
#pragma warning disable CA5350 // UUID version 5 is SHA-1 by definition; it names, it protects nothing.
    /// <param name="name">The 16 bytes of the namespace, big-endian, and then the name.</param>
    public static Guid Of(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(name, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
#pragma warning restore CA5350
}
