namespace Granary.Storage;

/// <summary>One integer for a pool and a number in it: the pool's id in the upper 23 bits, the number in the lower 40.</summary>
internal static class Key
{
    public const int NumberBits = 40;

    /// <summary>The largest sequence and task number.</summary>
    public const long MaxNumber = (1L << NumberBits) - 1;

    public static long Of(long pool, long number) => (pool << NumberBits) | number;

    public static long Number(long key) => key & MaxNumber;
}
