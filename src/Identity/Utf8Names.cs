using System.Text;

namespace Pipeline.Identity;

/// <summary>A look-up by property name on the raw UTF-8 of a document, without making strings.</summary>
internal sealed class Utf8Names<T>
{
    private readonly Dictionary<byte[], T>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public Utf8Names(IEnumerable<KeyValuePair<string, T>> entries)
    {
        var table = new Dictionary<byte[], T>(new Comparer());
        foreach (var (name, value) in entries) table[Encoding.UTF8.GetBytes(name)] = value;
        _lookup = table.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public T? Find(ReadOnlySpan<byte> name) => _lookup.TryGetValue(name, out var value) ? value : default;

    private sealed class Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        // The table is fixed, so collisions can not be provoked from outside; length and three bytes tell the names apart.
        public int GetHashCode(ReadOnlySpan<byte> alternate) =>
            alternate.IsEmpty ? 0 : alternate.Length | (alternate[0] << 8) | (alternate[alternate.Length / 2] << 16) | (alternate[^1] << 24);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
