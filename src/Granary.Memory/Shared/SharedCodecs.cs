using System.Diagnostics;
using System.IO.Compression;
using K4os.Compression.LZ4;

namespace Granary.Memory.Shared;

/// <summary>What one codec did to a sample.</summary>
/// <param name="Ratio">Compressed over plain: below 1 is smaller.</param>
/// <param name="CompressMiBps">MiB of plain bytes a second.</param>
/// <param name="DecompressMiBps">MiB of plain bytes a second.</param>
public readonly record struct CodecMeasure(SharedCodec Codec, double Ratio, double CompressMiBps, double DecompressMiBps);

/// <summary>When an object that nobody holds is compressed, and how.</summary>
public sealed record ColdRules
{
    /// <summary>Unused for so long.</summary>
    public TimeSpan OlderThan { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Smaller objects stay as they are, in bytes.</summary>
    public int Least { get; init; } = 4096;

    /// <summary>Compressed over plain at most, 0 to 1.</summary>
    public double WorthwhileRatio { get; init; } = 0.8;

    /// <summary>Slower codecs are not used: whoever opens the object waits for it, and so does everybody else.</summary>
    public double LeastDecompressMiBps { get; init; } = 200;

    /// <summary>Slower codecs are not used.</summary>
    public double LeastCompressMiBps { get; init; } = 50;

    /// <summary>The codec that leaves least of those that are quick enough; none where that is not worth it.</summary>
    public SharedCodec Choose(IEnumerable<CodecMeasure> measures)
    {
        var best = new CodecMeasure(SharedCodec.None, WorthwhileRatio, 0, 0);
        foreach (var measure in measures)
        {
            if (measure.DecompressMiBps >= LeastDecompressMiBps && measure.CompressMiBps >= LeastCompressMiBps && measure.Ratio <= best.Ratio) best = measure;
        }
        return best.Codec;
    }
}

/// <summary>The codecs of shared pools, and how they do on a sample.</summary>
internal static class SharedCodecs
{
    public const int SampleBytes = 16384;

    public static ReadOnlySpan<SharedCodec> All => [SharedCodec.Lz4, SharedCodec.Deflate, SharedCodec.Brotli];

    /// <summary>From the middle of the content: media and archives may begin compressible.</summary>
    public static ReadOnlySpan<byte> Sample(ReadOnlySpan<byte> content) =>
        content.Length <= SampleBytes ? content : content.Slice((content.Length - SampleBytes) / 2, SampleBytes);

    /// <summary>Every codec on a sample. The speeds are those of this moment on this machine.</summary>
    public static CodecMeasure[] Measure(ReadOnlySpan<byte> sample)
    {
        var result = new CodecMeasure[All.Length];
        var (packed, plain) = (new byte[Bound(sample.Length)], new byte[sample.Length]);
        for (var i = 0; i < result.Length; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var length = Compress(All[i], sample, packed);
            var compressed = Stopwatch.GetElapsedTime(started);
            started = Stopwatch.GetTimestamp();
            var whole = length >= 0 && Decompress(All[i], packed.AsSpan(0, Math.Max(0, length)), plain);
            var decompressed = Stopwatch.GetElapsedTime(started);
            result[i] = new CodecMeasure(All[i], whole && sample.Length > 0 ? (double)length / sample.Length : double.PositiveInfinity, Speed(compressed), Speed(decompressed));
        }
        return result;

        double Speed(TimeSpan took) => plain.Length / Math.Max(took.TotalSeconds, 1e-9) / (1 << 20);
    }

    public static int Bound(int length) => Math.Max(LZ4Codec.MaximumOutputSize(length), BrotliEncoder.GetMaxCompressedLength(length)) + 64;

    /// <returns>The length, or -1 where it does not fit.</returns>
    public static int Compress(SharedCodec codec, ReadOnlySpan<byte> plain, Span<byte> packed)
    {
        switch (codec)
        {
            case SharedCodec.Lz4:
                return LZ4Codec.Encode(plain, packed);
            case SharedCodec.Brotli:
                return BrotliEncoder.TryCompress(plain, packed, out var written, quality: 4, window: 20) ? written : -1;
            case SharedCodec.Deflate:
                using (var into = new MemoryStream())
                {
                    using (var deflate = new DeflateStream(into, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(plain);
                    if (into.Length > packed.Length) return -1;
                    into.GetBuffer().AsSpan(0, (int)into.Length).CopyTo(packed);
                    return (int)into.Length;
                }
            default:
                return -1;
        }
    }

    /// <returns>False when the bytes are not what was compressed.</returns>
    public static unsafe bool Decompress(SharedCodec codec, ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        try
        {
            switch (codec)
            {
                case SharedCodec.Lz4:
                    return LZ4Codec.Decode(packed, plain) == plain.Length;
                case SharedCodec.Brotli:
                    return BrotliDecoder.TryDecompress(packed, plain, out var written) && written == plain.Length;
                case SharedCodec.Deflate:
                    fixed (byte* start = packed)
                    {
                        using var from = new DeflateStream(new UnmanagedMemoryStream(start, packed.Length), CompressionMode.Decompress);
                        return from.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false) == plain.Length && from.ReadByte() < 0;
                    }
                default:
                    return false;
            }
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
