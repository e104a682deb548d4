using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Execution.Posix;

/// <summary>System calls in .NET's words. Paths are UTF-8.</summary>
internal static unsafe class Sys
{
    /// <returns>0, or the error number.</returns>
    public static int MakeDirectory(string path, uint mode = 0x1ed /* 0755 */)
    {
        fixed (byte* p = Utf8(path, stackalloc byte[512])) return LibC.mkdir(p, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Gives a file or directory to somebody, and sets who may do what with it. A symbolic link is not followed.</summary>
    /// <returns>0, or the error number.</returns>
    public static int GiveDirectory(string path, uint user, uint group, uint mode)
    {
        fixed (byte* p = Utf8(path, stackalloc byte[512]))
            return LibC.lchown(p, user, group) == 0 && LibC.chmod(p, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Opens with this thread's rights; the descriptor is closed at execve(2).</summary>
    /// <returns>The descriptor, or the error number negated.</returns>
    public static int Open(string path, int flags, uint mode = 0)
    {
        fixed (byte* p = Utf8(path, stackalloc byte[512]))
            return LibC.open(p, flags | LibC.OpenCloseOnExec, mode) is >= 0 and var descriptor ? descriptor : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Makes durable which names a directory has; where that cannot be done nothing is said, since what matters is synced already.</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = Open(path, 0);
        if (descriptor < 0) return;
        _ = LibC.fsync(descriptor);
        _ = LibC.close(descriptor);
    }

    public static uint EffectiveUser => LibC.geteuid();

    public static bool CanAccess(string path, int mode)
    {
        fixed (byte* p = Utf8(path, stackalloc byte[512])) return LibC.access(p, mode) == 0;
    }

    /// <returns>False when no such process (or group, for a negative pid) is left.</returns>
    public static bool Kill(int pid, int signal) => LibC.kill(pid, signal) == 0 || Marshal.GetLastPInvokeError() != Errno.NoProcess;

    /// <summary>Orphaned descendants become children of this process instead of init's.</summary>
    public static void BecomeSubreaper() => _ = LibC.prctl(LibC.SetChildSubreaper, 1, 0, 0, 0);

    /// <summary>Marks every descriptor beyond the standard three close-on-exec.</summary>
    public static void CloseOnExec()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            if (int.TryParse(Path.GetFileName(path), out var descriptor) && descriptor > 2)
                _ = LibC.fcntl(descriptor, 2 /* F_SETFD */, 1 /* FD_CLOEXEC */);
    }

    /// <summary>Seconds since boot, suspended time included: the clock of a process's start time.</summary>
    public static double SecondsSinceBoot()
    {
        var time = stackalloc long[2];
        return LibC.clock_gettime(7 /* CLOCK_BOOTTIME */, time) == 0 ? time[0] + (time[1] / 1e9) : 0;
    }

    /// <summary>Waits for any child to end and leaves it to be waited for, so that its pid stays taken.</summary>
    /// <returns>Its pid; 0 when there are no children at all.</returns>
    public static int AwaitAnyChild()
    {
        while (true)
        {
            LibC.SignalInfo info = default;
            if (LibC.waitid(LibC.WaitAll, 0, &info, LibC.WaitExited | LibC.WaitNoReap) == 0) return info.Pid;
            if (Marshal.GetLastPInvokeError() == Errno.NoChild) return 0;
        }
    }

    /// <summary>True when the child has ended and was not waited for yet.</summary>
    public static bool HasEnded(int pid)
    {
        LibC.SignalInfo info = default;
        return LibC.waitid(1 /* P_PID */, pid, &info, LibC.WaitExited | LibC.WaitNoReap | LibC.WaitNoHang) == 0 && info.Pid == pid;
    }

    /// <summary>Takes the status of a child that has ended.</summary>
    /// <returns>False when it is not a child that has ended.</returns>
    public static bool Reap(int pid, out WaitStatus status, out LibC.ResourceUsage usage) => Wait(pid, LibC.WaitNoHang, out status, out usage);

    /// <summary>Waits for one child to end and takes its status.</summary>
    public static bool Await(int pid, out WaitStatus status) => Wait(pid, 0, out status, out _);

    private static bool Wait(int pid, int options, out WaitStatus status, out LibC.ResourceUsage usage)
    {
        int raw = 0;
        LibC.ResourceUsage used = default;
        int result;
        do
        {
            result = LibC.wait4(pid, &raw, options, &used);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        status = new(raw);
        usage = used;
        return result == pid;
    }

    /// <summary>Binds a thread (0: the calling one) to CPUs.</summary>
    public static bool SetAffinity(int thread, ReadOnlySpan<int> cpus)
    {
        const int Words = 128; // 8192 CPUs
        var mask = stackalloc ulong[Words];
        Unsafe.InitBlock(mask, 0, Words * 8);
        foreach (var cpu in cpus) mask[cpu / 64] |= 1UL << (cpu % 64);
        return LibC.sched_setaffinity(thread, Words * 8, mask) == 0;
    }

    private static Span<byte> Utf8(string path, Span<byte> room)
    {
        var size = Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        var bytes = size <= room.Length ? room : new byte[size];
        bytes[Encoding.UTF8.GetBytes(path, bytes)] = 0;
        return bytes;
    }
}
