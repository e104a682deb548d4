using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Granary.Profiling;

/// <summary>
/// Opens files that belong to the process that is being looked at, which may be hostile: only regular files, never waiting for a pipe, and only the
/// very file that was mapped, or one that the process's own user made.
/// </summary>
internal static unsafe partial class TargetFile
{
    private const int OpenFlags = 0x80000 | 0x800; // O_CLOEXEC | O_NONBLOCK
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <param name="path">Of the file.</param>
    /// <param name="inode">That it must have; 0 for any.</param>
    /// <param name="owner">User that it must belong to, if not to root; null for any.</param>
    /// <returns>Null when it is not there or is not that file.</returns>
    public static SafeFileHandle? Open(string path, ulong inode, uint? owner = null)
    {
        var bytes = Encoding.UTF8.GetBytes(path + "\0");
        int descriptor;
        fixed (byte* p = bytes) descriptor = open(p, OpenFlags | (owner is null ? 0 : NoFollow));
        if (descriptor < 0) return null;
        if (TryStat(descriptor, out var mode, out var user, out var found) && (mode & 0xF000) == 0x8000 && (inode == 0 || found == inode)
            && (owner is null || user == owner || user == 0))
            return new SafeFileHandle(descriptor, ownsHandle: true);
        _ = PerfNative.close(descriptor);
        return null;
    }

    // struct statx is the same on every architecture
    private static bool TryStat(int descriptor, out ushort mode, out uint user, out ulong inode)
    {
        Span<byte> buffer = stackalloc byte[256];
        byte empty = 0;
        int result;
        fixed (byte* b = buffer) result = statx(descriptor, &empty, 0x1000, 0x7FF, b);
        (mode, user, inode) = (MemoryMarshal.Read<ushort>(buffer[28..]), MemoryMarshal.Read<uint>(buffer[20..]), MemoryMarshal.Read<ulong>(buffer[32..]));
        return result == 0;
    }

    [LibraryImport("libc")]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc")]
    private static partial int statx(int directory, byte* path, int flags, uint mask, byte* buffer);
}
