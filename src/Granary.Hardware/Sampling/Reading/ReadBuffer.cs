using System.Runtime.InteropServices;

namespace Granary.Hardware;

/// <summary>
/// Bytes of a small file, read into one array that is used again: a tick that reads hundreds of files allocates nothing. What cannot be
/// read gives nothing, without an exception, since processes come and go while they are being looked at. Not for concurrent use.
/// </summary>
public sealed unsafe partial class ReadBuffer
{
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;
    private byte[] _bytes = new byte[16 * 1024];

    /// <summary>No file is read beyond this: 1,000 cores need a twentieth of it.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <param name="path">Ends with a zero byte.</param>
    /// <param name="content">Valid until the next read; empty when the file is.</param>
    /// <returns>False when the file cannot be read.</returns>
    public bool TryRead(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> content)
    {
        content = default;
        var descriptor = Open(path);
        if (descriptor < 0) return false;
        var length = Fill(descriptor);
        _ = close(descriptor);
        if (length < 0) return false;
        content = _bytes.AsSpan(0, length);
        return true;
    }

    internal static int Open(ReadOnlySpan<byte> path)
    {
        fixed (byte* p = path) return open(p, OpenReadOnly | OpenCloseOnExec);
    }

    internal static void Close(int descriptor) => _ = close(descriptor);

    internal ReadOnlySpan<byte> Content(int length) => _bytes.AsSpan(0, length);

    /// <summary>Reads from the start of an open file to its end; -1 when it cannot.</summary>
    internal int Fill(int descriptor)
    {
        var length = 0;
        while (true)
        {
            if (length == _bytes.Length)
            {
                if (length >= MaxBytes) return length;
                Array.Resize(ref _bytes, length * 2);
            }
            nint got;
            fixed (byte* p = _bytes) got = pread(descriptor, p + length, (nuint)(_bytes.Length - length), length);
            if (got < 0) return -1;
            if (got == 0) return length;
            length += (int)got;
        }
    }

    [LibraryImport("libc")]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc")]
    private static partial nint pread(int descriptor, byte* buffer, nuint count, long offset);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
