using System.Buffers.Binary;
using System.IO.Compression;
using Granary.Model;

namespace Granary.Caching.Simulation;

/// <summary>The bytes of a trace, unpacked when it begins as gzip does.</summary>
internal static class TraceContent
{
    /// <summary>What an unpacked trace may hold: a small file can unpack to more than any machine has.</summary>
    private const int MostBytes = 1 << 30;

    private const int GzipTrailer = 8;

    /// <exception cref="GranaryException">Invalid, when it cannot be read whole.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
                throw GranaryException.Invalid($"{path}: has more than 1Gi; split it, or leave requests out by key");
            var packed = File.ReadAllBytes(path);
            return packed.Length > 2 && packed[0] == 0x1f && packed[1] == 0x8b ? Unpack(path, packed) : packed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw GranaryException.Invalid(e switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"{path}: there is no such file; check the path",
                UnauthorizedAccessException when Directory.Exists(path) => $"{path}: is a directory; name a trace file",
                UnauthorizedAccessException => $"{path}: may not be read; check its permissions",
                _ => $"{path}: cannot be read: {e.Message}",
            });
        }
    }

    private static byte[] Unpack(string path, byte[] packed)
    {
        var all = new MemoryStream();
        try
        {
            using var unzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            var piece = new byte[64 * 1024];
            for (int n; (n = unzip.Read(piece)) > 0;)
            {
                all.Write(piece, 0, n);
                if (all.Length > MostBytes) throw GranaryException.Invalid($"{path}: unpacks to more than 1Gi; split it, or leave requests out by key");
            }
        }
        catch (InvalidDataException e)
        {
            throw GranaryException.Invalid($"{path}: the gzip data are damaged ({e.Message.TrimEnd('.')}); fetch the file again");
        }
        // A cut file ends the stream without an error; the last word of a whole one says how long it was (RFC 1952, ISIZE).
        if (packed.Length < GzipTrailer || BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(packed.Length - 4)) != (uint)all.Length)
            throw GranaryException.Invalid($"{path}: the gzip data are cut off; fetch the file again");
        return all.ToArray();
    }
}
