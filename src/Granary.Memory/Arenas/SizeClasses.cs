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
    ];

    /// <summary>The smallest class that holds so many bytes, 0 to <see cref="Largest"/>.</summary>
    public static int Of(int length)
    {
        if (length <= 128) return length == 0 ? 0 : (length - 1) / Granule;
        var power = BitOperations.Log2((uint)(length - 1));
        return 8 + (power - 7) * 4 + ((length - 1 - (1 << power)) >> (power - 2));
    }

    public static int Size(int index) => Sizes[index];
}
