using System.Buffers.Binary;
using System.IO.Compression;
using Granary.Model;

namespace Granary.Caching.Simulation;

/// <summary>The bytes of a trace, unpacked when it begins as gzip does.</summary>
internal static class TraceContent
{
    /// <summary>What an unpacked trace may hold: a small file can unpack to more than any machine has.</summary>
    private const int MostBytes = 1 << 29;

    private const int GzipTrailer = 8;

    /// <summary>How a gzip member begins: magic, deflate (RFC 1952).</summary>
    private static ReadOnlySpan<byte> Member => [0x1f, 0x8b, 0x08];

    /// <exception cref="GranaryException">Invalid, when it cannot be read whole.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            byte[] packed;
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0)) packed = ReadAll(path, file, "has");
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
        byte[] all;
        try
        {
            using var unzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            all = ReadAll(path, unzip, "unpacks to");
        }
        catch (InvalidDataException e)
        {
            throw GranaryException.Invalid($"{path}: the gzip data are damaged ({e.Message.TrimEnd('.')}); fetch the file again");
        }
        // A cut file ends the stream without an error; the last word of a whole one says how long it was (RFC 1952, ISIZE).
        // Of several members each has its own length; they are taken as they are.
        var whole = packed.Length >= GzipTrailer && BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(packed.Length - 4)) == (uint)all.Length;
        if (!whole && packed.AsSpan(1).IndexOf(Member) < 0) throw GranaryException.Invalid($"{path}: the gzip data are cut off; fetch the file again");
        return all;
    }

    /// <summary>Never more than <see cref="MostBytes"/>, whatever the length is said to be: a device has none.</summary>
    private static byte[] ReadAll(string path, Stream from, string verb)
    {
        using var all = new MemoryStream();
        var piece = new byte[1 << 20];
        for (int n; (n = from.Read(piece)) > 0;)
        {
            all.Write(piece, 0, n);
            if (all.Length > MostBytes) throw GranaryException.Invalid($"{path}: {verb} more than 512Mi; split it, or leave requests out by key");
        }
        return all.ToArray();
    }
}
