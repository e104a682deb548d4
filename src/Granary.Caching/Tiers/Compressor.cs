using System.Buffers;
using System.IO.Compression;

namespace Granary.Caching.Tiers;

/// <summary>Compresses what is worth it: a sample of a large value first, then all of it, at Brotli's fastest quality.</summary>
internal sealed class Compressor(double worthwhile, int least)
{
    private const int Quality = 1;
    private const int Window = 18;
    private const int SampleBytes = 4096;

    /// <summary>The compressed value, or null when it is not small enough to be worth it.</summary>
    public byte[]? TryCompress(ReadOnlySpan<byte> value)
    {
        if (value.Length < least) return null;
        // Media and archives are known by their middle; a head may compress where the rest does not.
        if (value.Length > 4 * SampleBytes && Compressed(value.Slice(value.Length / 2, SampleBytes)) is null) return null;
        return Compressed(value);
    }

    /// <summary>The value, of which the length is known; null when the bytes are not what was compressed.</summary>
    public static byte[]? Decompress(ReadOnlySpan<byte> compressed, int length)
    {
        var value = GC.AllocateUninitializedArray<byte>(length);
        return BrotliDecoder.TryDecompress(compressed, value, out var written) && written == length ? value : null;
    }

    private byte[]? Compressed(ReadOnlySpan<byte> value)
    {
        var most = (int)(value.Length * worthwhile);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, most));
        try
        {
            return BrotliEncoder.TryCompress(value, buffer.AsSpan(0, most), out var written, Quality, Window) ? buffer.AsSpan(0, written).ToArray() : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
