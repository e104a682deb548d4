using Microsoft.Win32.SafeHandles;

namespace Granary.Telemetry;

/// <summary>
/// One directory: <c>series</c>, the list, and a sparse file of fixed size for each ring. Written by plain writes, not mapped into memory: on a full disk
/// a write fails, where a touched page would end the process. Nothing is synced: what a power cut takes is found by its checksum.
/// </summary>
/// <param name="directory">Made when it is not there.</param>
public sealed class DiskSeriesFiles(string directory) : ISeriesFiles
{
    private string List => Path.Combine(directory, "series");

    public byte[]? ReadDirectory() => File.Exists(List) ? File.ReadAllBytes(List) : null;

    public void WriteDirectory(ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(directory);
        using (var file = File.OpenHandle(List + ".new", FileMode.Create, FileAccess.Write)) RandomAccess.Write(file, bytes, 0);
        File.Move(List + ".new", List, overwrite: true);
    }

    public IRingBytes Open(string name)
    {
        Directory.CreateDirectory(directory);
        return new Bytes(File.OpenHandle(Path.Combine(directory, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite));
    }

    public void Delete(string name) => File.Delete(Path.Combine(directory, name));

    /// <summary>Moves it to a directory beside it whose name ends in <c>.damaged</c>; an older one of these goes.</summary>
    public void SetAside()
    {
        if (!Directory.Exists(directory)) return;
        var aside = directory.TrimEnd('/') + ".damaged";
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.Move(directory, aside);
    }

    private sealed class Bytes(SafeFileHandle file) : IRingBytes
    {
        public int Read(long offset, Span<byte> into)
        {
            var done = 0;
            while (done < into.Length && RandomAccess.Read(file, into[done..], offset + done) is > 0 and var got) done += got;
            return done;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(file, bytes, offset);

        public void Dispose() => file.Dispose();
    }
}
