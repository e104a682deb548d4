using System.IO.Compression;
using System.Text;

namespace Granary.Profiling;

/// <summary>Reads profiles from files: speedscope's JSON, plain or compressed by gzip, and folded stacks.</summary>
public static class ProfileArchive
{
    /// <summary>What is larger when unpacked is refused.</summary>
    public const int MostBytes = 512 * 1024 * 1024;

    /// <param name="name">For messages and for the title of what has none.</param>
    /// <exception cref="FormatException">In one line what is wrong.</exception>
    public static Profile Read(string name, byte[] bytes)
    {
        if (bytes is [0x1F, 0x8B, ..]) bytes = Unpack(bytes);
        var first = Array.FindIndex(bytes, b => b is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'));
        if (first < 0) throw new FormatException($"{name} is empty");
        return bytes[first] == (byte)'{' ? SpeedscopeFile.Read(bytes) : FoldedStacks.Read(name, Encoding.UTF8.GetString(bytes));
    }

    private static byte[] Unpack(byte[] bytes)
    {
        try
        {
            using var zip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var whole = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (int got; (got = zip.Read(buffer)) > 0;)
            {
                if (whole.Length + got > MostBytes) throw new FormatException($"it is larger than {MostBytes / (1024 * 1024)} MiB when unpacked");
                whole.Write(buffer, 0, got);
            }
            return whole.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new FormatException($"it is no gzip file: {e.Message}");
        }
    }
}
