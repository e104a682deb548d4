namespace Granary.Memory.Tests.Shared;

/// <summary>A name for a pool's file, which goes with the test.</summary>
internal sealed class ShmFile : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath(), $"granary-test-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(Path);

    /// <summary>Writes over a part of the file, as a stray pointer of another process would.</summary>
    public void Scribble(long at, ReadOnlySpan<byte> bytes)
    {
        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.Write(file, bytes, at);
    }
}
