using System.Runtime.InteropServices;

namespace Granary.Execution.Posix;

/// <summary>How the kernel treats a process: its turn on the CPU and at disks, its memory's nodes, its limits. All is inherited by what it starts.</summary>
internal static unsafe partial class ProcessAttributes
{
    private const int NiceOfProcess = 0; // PRIO_PROCESS
    private const int IoPriorityOfProcess = 1; // IOPRIO_WHO_PROCESS
    private const int IoClassShift = 13;
    private const int IoBestEffort = 2;
    private const int IoIdle = 3;
    private const int NoHugePages = 41; // PR_SET_THP_DISABLE
    private const int Words = 16; // 1,024 NUMA nodes, the most a kernel is built for

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly nint SetIoPriority = Arm ? 30 : 251;
    private static readonly nint SetMemoryPolicy = Arm ? 237 : 238;

    /// <returns>0, or the error number.</returns>
    public static int SetPolicy(int pid, int policy)
    {
        var priority = 0;
        return Result(sched_setscheduler(pid, policy, &priority));
    }

    /// <returns>0, or the error number.</returns>
    public static int SetNice(int pid, int nice) => Result(setpriority(NiceOfProcess, (uint)pid, nice));

    /// <param name="pid">The process.</param>
    /// <param name="turn">0 to 7 of the best-effort class, 8 for the idle class.</param>
    /// <returns>0, or the error number.</returns>
    public static int SetIoTurn(int pid, int turn) => Credentials.Known
        ? Result((int)LibC.syscall(SetIoPriority, IoPriorityOfProcess, pid, turn == 8 ? IoIdle << IoClassShift : (IoBestEffort << IoClassShift) | turn))
        : Errno.NotImplemented;

    /// <summary>Sets both the soft and the hard limit.</summary>
    /// <returns>0, or the error number.</returns>
    public static int SetLimit(int pid, int resource, long value)
    {
        var limit = stackalloc ulong[2];
        limit[0] = limit[1] = value < 0 ? ulong.MaxValue : (ulong)value;
        return Result(prlimit(pid, resource, limit, null));
    }

    /// <summary>From which nodes the calling thread's memory, and that of what it starts, comes; none for the kernel's own way.</summary>
    /// <param name="bind">From no others.</param>
    /// <param name="nodes">Their numbers.</param>
    /// <returns>0, or the error number.</returns>
    public static int SetMemoryNodes(bool bind, ReadOnlySpan<int> nodes)
    {
        if (!Credentials.Known) return Errno.NotImplemented;
        var mask = stackalloc ulong[Words];
        new Span<ulong>(mask, Words).Clear();
        foreach (var node in nodes)
            if (node is >= 0 and < Words * 64) mask[node / 64] |= 1UL << (node % 64);
        // MPOL_DEFAULT, MPOL_BIND, MPOL_PREFERRED_MANY
        return nodes.IsEmpty ? Result((int)LibC.syscall(SetMemoryPolicy, 0, 0, 0)) : Result((int)LibC.syscall(SetMemoryPolicy, bind ? 2 : 5, (nint)mask, (Words * 64) + 1));
    }

    /// <summary>Whether this process and what it starts may be given transparent huge pages. A program that is started keeps what its starter had.</summary>
    public static void AllowHugePages(bool allow) => _ = LibC.prctl(NoHugePages, allow ? 0 : 1, 0, 0, 0);

    private static int Result(int returned) => returned == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_setscheduler(int pid, int policy, int* parameters);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setpriority(int which, uint who, int priority);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prlimit(int pid, int resource, ulong* set, ulong* was);
}
