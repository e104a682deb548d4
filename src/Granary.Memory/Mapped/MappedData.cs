using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Granary.Memory.Mapped;

/// <summary>How mapped data will be read, as madvise(2) has it.</summary>
public enum AccessPattern
{
    Normal = 0,

    /// <summary>Here and there: nothing is read ahead.</summary>
    Random = 1,

    /// <summary>From front to back: much is read ahead, and dropped soon.</summary>
    Sequential = 2,

    /// <summary>Soon: reading begins now.</summary>
    WillNeed = 3,

    /// <summary>Not for long: its pages may go; a read brings them back from the file.</summary>
    DontNeed = 4,
}

/// <summary>A large file in memory to read: bytes come from the disk as they are touched, and the kernel drops them when memory is tight.</summary>
/// <remarks>Touching a page behind the end of a file that was cut kills the process (SIGBUS): where others may cut it, <see cref="CopyTo"/> reads by read(2) and tells instead, and <see cref="Slice"/> looks at the length first.</remarks>
public sealed unsafe partial class MappedData : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile? _mapped;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private int _closed;

    private MappedData(SafeFileHandle file, string path, long length)
    {
        (_file, Path, Length) = (file, path, length);
        if (length == 0) return;
        _mapped = MemoryMappedFile.CreateFromFile(file, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _mapped.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    public string Path { get; }

    /// <summary>Bytes when it was opened.</summary>
    public long Length { get; }

    /// <exception cref="IOException">It cannot be opened or mapped.</exception>
    public static MappedData Open(string path, AccessPattern pattern = AccessPattern.Normal)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            var data = new MappedData(file, path, RandomAccess.GetLength(file));
            if (pattern != AccessPattern.Normal) data.Advise(pattern);
            return data;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A part of the bytes, without a copy; not to be used after this is disposed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not within the file.</exception>
    /// <exception cref="EndOfStreamException">The file has become shorter than that.</exception>
    public ReadOnlySpan<byte> Slice(long start, int length)
    {
        Require(start, length);
        if (length == 0) return default;
        if (RandomAccess.GetLength(_file) < start + length) throw Cut(start + length);
        return new ReadOnlySpan<byte>(_start + start, length);
    }

    /// <summary>A part as values; bytes left over at its end are not part of it.</summary>
    public ReadOnlySpan<T> As<T>(long start, int count) where T : unmanaged => MemoryMarshal.Cast<byte, T>(Slice(start, checked(count * sizeof(T))));

    /// <summary>Copies a part by read(2): a file that is cut meanwhile is told of.</summary>
    /// <exception cref="EndOfStreamException">The file ends before that.</exception>
    public void CopyTo(Span<byte> destination, long start)
    {
        Require(start, destination.Length);
        for (var at = 0; at < destination.Length;)
        {
            var read = RandomAccess.Read(_file, destination[at..], start + at);
            if (read == 0) throw Cut(start + destination.Length);
            at += read;
        }
    }

    /// <summary>Goes through all of it in windows of so many bytes; those that were read are let go, so that a file larger than memory pushes nothing else out.</summary>
    /// <param name="window">Rounded up to whole pages, at least one.</param>
    /// <param name="read">Takes a window's place and bytes.</param>
    public void Scan(int window, Action<long, ReadOnlySpan<byte>> read)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        var page = Environment.SystemPageSize;
        var step = (int)Math.Min((window + page - 1L) / page * page, int.MaxValue / page * page);
        for (var at = 0L; at < Length; at += step)
        {
            var length = (int)Math.Min(step, Length - at);
            if (at + length < Length) Advise(AccessPattern.WillNeed, at + length, Math.Min(step, Length - at - length));
            read(at, Slice(at, length));
            Advise(AccessPattern.DontNeed, at, length);
        }
    }

    /// <summary>Tells the kernel how a part, or all, will be read. Only a hint: false where it was not taken.</summary>
    public bool Advise(AccessPattern pattern, long start = 0, long length = -1)
    {
        if (length < 0) length = Length - start;
        Require(start, length);
        if (length == 0) return true;
        var from = start / Environment.SystemPageSize * Environment.SystemPageSize;
        return Advise(_start + from, (nuint)(start + length - from), (int)pattern) == 0;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _mapped?.Dispose();
        _file.Dispose();
    }

    private void Require(long start, long length)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - length);
    }

    private EndOfStreamException Cut(long wanted) => new($"{Path} has become shorter than the {wanted} bytes that were asked for; open it again");

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* start, nuint length, int advice);
}
