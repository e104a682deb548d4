namespace Granary.Caching.Policies;

/// <summary>A bijection of 64 bits without visible pattern. Source: D. Stafford's variant 13 of MurmurHash3's finalizer, as in SplitMix64.</summary>
internal static class Mixer
{
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
