using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Memory.Shared;

/// <summary>The hash of the file's format: eight bytes a step, each step a bijection, so a change within one word never goes unseen. Not cryptographic: what hashes alike is compared.</summary>
/// <remarks>The constants are the odd ones next to 2^64 divided by the golden ratio and by the square root of three; include/granary_shm.h has the same.</remarks>
internal static class SharedHash
{
    private const ulong A = 0x9E3779B97F4A7C15, B = 0x93CD3A2C8198E269;

    /// <param name="data">Of any length; the last word is filled up with zeros.</param>
    /// <param name="seed">Of the file for contents and names; of the place for checks.</param>
    public static ulong Of(ReadOnlySpan<byte> data, ulong seed)
    {
        return Mix(Rest(seed ^ (ulong)data.Length * A, data));
    }

    private static ulong Rest(ulong hash, ReadOnlySpan<byte> data)
    {
        while (data.Length >= 8)
        {
            hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }
        if (data.Length > 0)
        {
            Span<byte> last = stackalloc byte[8];
            last.Clear();
            data.CopyTo(last);
            hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(last));
        }
        return hash;
    }

    /// <summary>The hash of an object's content, also of one larger than a span.</summary>
    public static ulong Of(SharedObject content, ulong seed)
    {
        const int Part = 1 << 30;
        if (content.Length <= Part) return Of(content.ReadOnlySpan, seed);
        var hash = seed ^ (ulong)content.Length * A;
        var at = 0L;
        for (; content.Length - at >= Part; at += Part)
            foreach (var word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(content.Slice(at, Part))) hash = Step(hash, word);
        return Mix(Rest(hash, content.Slice(at, (int)(content.Length - at))));
    }

    /// <summary>A check of a few words, of which 32 bits are kept.</summary>
    public static uint Check(ulong seed, ulong first, ulong second, ulong third, ulong fourth = 0) =>
        (uint)Mix(Step(Step(Step(Step(seed * A, first), second), third), fourth));

    private static ulong Step(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * B, 31);

    private static ulong Mix(ulong hash)
    {
        hash ^= hash >> 32;
        hash *= A;
        return hash ^ (hash >> 29);
    }
}
