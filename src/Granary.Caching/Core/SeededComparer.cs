using Granary.Caching.Policies;

namespace Granary.Caching.Core;

/// <summary>Hashes keys with a secret, so that keys cannot be chosen to fall together in tables of 32-bit hashes or in the policy.</summary>
internal sealed class SeededComparer<TKey>(ulong seed) : IEqualityComparer<TKey>
    where TKey : notnull
{
    private static readonly EqualityComparer<TKey> Default = EqualityComparer<TKey>.Default;

    public bool Equals(TKey? x, TKey? y) => Default.Equals(x, y);

    public int GetHashCode(TKey key) => (int)(Hash(key) >> 32);

    /// <summary>64 bits for whole numbers; for other keys as many as their own hash has (strings hash by a secret of the process).</summary>
    public ulong Hash(TKey key)
    {
        if (typeof(TKey) == typeof(ulong)) return Mixer.Mix((ulong)(object)key ^ seed);
        if (typeof(TKey) == typeof(long)) return Mixer.Mix((ulong)(long)(object)key ^ seed);
        return Mixer.Mix((uint)Default.GetHashCode(key) ^ seed);
    }
}
