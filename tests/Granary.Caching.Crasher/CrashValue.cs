using Granary.Caching.Tiers;

namespace Granary.Caching.Crasher;

/// <summary>What the program writes, so that a test can tell which version of a key it reads.</summary>
public static class CrashValue
{
    public const int Keys = 40;

    public static DiskTierOptions Options { get; } = new() { Capacity = 256 * 1024, SegmentBytes = 16 * 1024 };

    public static byte[] Of(int key, int version)
    {
        var random = new Random(key * 1_000_003 + version);
        var value = new byte[random.Next(3000)];
        random.NextBytes(value);
        return value;
    }
}
