using System.IO.Compression;
using System.Text;

namespace Granary.Simulation.Tests;

/// <summary>A folder that goes with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("granary-sim-").FullName;

    public string Write(string text, string name = "trace.txt") => Write(Encoding.UTF8.GetBytes(text), name);

    public string Write(byte[] bytes, string name = "trace.bin")
    {
        var path = At(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string At(string name) => Path.Combine(_path, name);

    public static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
