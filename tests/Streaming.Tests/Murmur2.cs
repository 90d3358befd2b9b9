using System.Text;

namespace Pipeline.Streaming.Tests;

/// <summary>Kafka's default partitioner, written down from org.apache.kafka.common.utils.Utils.murmur2, as an oracle.</summary>
internal static class Murmur2
{
    public static int PartitionOf(string key, int partitions) => (int)((Hash(Encoding.UTF8.GetBytes(key)) & 0x7fffffff) % partitions);

    private static uint Hash(byte[] data)
    {
        const uint m = 0x5bd1e995;
        var h = 0x9747b28cu ^ (uint)data.Length;
        var i = 0;
        for (; i + 4 <= data.Length; i += 4)
        {
            var k = BitConverter.ToUInt32(data, i) * m;
            k = (k ^ (k >> 24)) * m;
            h = (h * m) ^ k;
        }
        switch (data.Length - i)
        {
            case 3: h ^= (uint)data[i + 2] << 16; goto case 2;
            case 2: h ^= (uint)data[i + 1] << 8; goto case 1;
            case 1: h = (h ^ data[i]) * m; break;
        }
        h = (h ^ (h >> 13)) * m;
        return h ^ (h >> 15);
    }
}
