using System.Runtime.InteropServices;

namespace Granary.Profiling;

/// <summary>System calls of perf_event_open(2) and what goes with it.</summary>
internal static unsafe partial class PerfNative
{
    public const int IoctlEnable = 0x2400;
    public const int IoctlSetOutput = 0x2405;
    public const nint MapFailed = -1;
    private const ulong CloseOnExec = 8;

    /// <summary>The descriptor, or minus the error's number.</summary>
    public static int Open(ref PerfAttributes attributes, int pid, int cpu)
    {
        fixed (PerfAttributes* a = &attributes)
        {
            var result = syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 241 : 298, (nint)a, pid, cpu, -1, CloseOnExec);
            return result >= 0 ? (int)result : -Marshal.GetLastSystemError();
        }
    }

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint attributes, nint pid, nint cpu, nint group, ulong flags);

    [LibraryImport("libc")]
    public static partial int ioctl(int descriptor, nuint request, nint argument);

    [LibraryImport("libc")]
    public static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc")]
    public static partial int munmap(nint address, nuint length);

    [LibraryImport("libc")]
    public static partial int close(int descriptor);
}

/// <summary><c>struct perf_event_attr</c> up to its fifth version (linux/perf_event.h).</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct PerfAttributes
{
    public const int Bytes = 112;

    [FieldOffset(0)] public uint Type;
    [FieldOffset(4)] public uint Size;
    [FieldOffset(8)] public ulong Config;

    /// <summary>Or samples a second, with the flag <see cref="PerfFlags.Frequency"/>.</summary>
    [FieldOffset(16)] public ulong Period;
    [FieldOffset(24)] public ulong SampleType;
    [FieldOffset(40)] public PerfFlags Flags;
    [FieldOffset(92)] public int ClockId;
    [FieldOffset(108)] public ushort MaxStack;
}

[Flags]
internal enum PerfFlags : ulong
{
    Disabled = 1 << 0,
    Inherit = 1 << 1,
    ExcludeKernel = 1 << 5,
    ExcludeHypervisor = 1 << 6,
    ExcludeIdle = 1 << 7,
    Mappings = 1 << 8,
    Names = 1 << 9,
    Frequency = 1 << 10,
    Forks = 1 << 13,
    SampleIdAll = 1 << 18,
    ExcludeKernelChain = 1 << 21,
    Mappings2 = 1 << 23,
    UseClockId = 1 << 25,
}
