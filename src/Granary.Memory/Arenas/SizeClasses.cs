using System.Numerics;

namespace Granary.Memory.Arenas;

/// <summary>The sizes that blocks of a slab have: every 16 bytes to 128, then four to a power of two, so at most a fifth above 128 bytes is rounding.</summary>
internal static class SizeClasses
{
    public const int Granule = 16;
    public const int Count = 40;

    /// <summary>The largest block that shares a page with others, in bytes.</summary>
    public const int Largest = 32768;

    /// <summary>Constant data of the program: no initialisation to check for on the way to it.</summary>
    private static ReadOnlySpan<int> Sizes =>
    [
        16, 32, 48, 64, 80, 96, 112, 128,
        160, 192, 224, 256, 320, 384, 448, 512,
        640, 768, 896, 1024, 1280, 1536, 1792, 2048,
        2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192,
        10240, 12288, 14336, 16384, 20480, 24576, 28672, 32768,
        PageMap.PageSize,
    ];

    /// <summary>The class of blocks that have a page to themselves: longer than <see cref="Largest"/>, up to a page.</summary>
    public const int WholePage = Count;

    /// <summary>The smallest class that holds so many bytes, 0 to a page.</summary>
    /// <remarks>Without a branch, since lengths come in any order: below 128 bytes the quarters of a power of two are 16 bytes too.</remarks>
    public static int Of(int length)
    {
        var last = Math.Max(length, 1) - 1;
        var power = BitOperations.Log2((uint)last | 64);
        return Math.Min((power - 6) * 4 + (last >> (power - 2)), WholePage);
    }

    public static int Size(int index) => Sizes[index];
}
