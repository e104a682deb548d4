using System.Runtime.InteropServices;

namespace Granary.Profiling;

/// <summary>Names of the system calls in which threads usually wait, by the numbers of x86-64 and of arm64 (asm/unistd.h); others stay numbers.</summary>
internal static class SystemCallNames
{
    private static readonly Dictionary<int, string> Names = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? new()
        {
            [22] = "epoll_pwait",
            [57] = "close",
            [62] = "lseek",
            [63] = "read",
            [64] = "write",
            [65] = "readv",
            [66] = "writev",
            [67] = "pread64",
            [68] = "pwrite64",
            [72] = "pselect6",
            [73] = "ppoll",
            [81] = "sync",
            [82] = "fsync",
            [83] = "fdatasync",
            [56] = "openat",
            [32] = "flock",
            [25] = "fcntl",
            [95] = "waitid",
            [98] = "futex",
            [101] = "nanosleep",
            [115] = "clock_nanosleep",
            [133] = "rt_sigsuspend",
            [137] = "rt_sigtimedwait",
            [202] = "accept",
            [203] = "connect",
            [206] = "sendto",
            [207] = "recvfrom",
            [211] = "sendmsg",
            [212] = "recvmsg",
            [242] = "accept4",
            [260] = "wait4",
            [426] = "io_uring_enter",
            [449] = "futex_waitv",
        }
        : new()
        {
            [0] = "read",
            [1] = "write",
            [3] = "close",
            [7] = "poll",
            [8] = "lseek",
            [17] = "pread64",
            [18] = "pwrite64",
            [19] = "readv",
            [20] = "writev",
            [23] = "select",
            [34] = "pause",
            [35] = "nanosleep",
            [42] = "connect",
            [43] = "accept",
            [44] = "sendto",
            [45] = "recvfrom",
            [46] = "sendmsg",
            [47] = "recvmsg",
            [61] = "wait4",
            [72] = "fcntl",
            [73] = "flock",
            [74] = "fsync",
            [75] = "fdatasync",
            [128] = "rt_sigtimedwait",
            [130] = "rt_sigsuspend",
            [162] = "sync",
            [202] = "futex",
            [230] = "clock_nanosleep",
            [232] = "epoll_wait",
            [247] = "waitid",
            [257] = "openat",
            [270] = "pselect6",
            [271] = "ppoll",
            [281] = "epoll_pwait",
            [288] = "accept4",
            [426] = "io_uring_enter",
            [441] = "epoll_pwait2",
            [449] = "futex_waitv",
        };

    public static string Of(int number) => Names.GetValueOrDefault(number) ?? $"system call {number}";

    public static bool IsFutex(int number) => Of(number).StartsWith("futex", StringComparison.Ordinal);
}
