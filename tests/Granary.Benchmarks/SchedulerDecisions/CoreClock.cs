using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Granary.Benchmarks.SchedulerDecisions;

/// <summary>Processor time of this thread: others on the machine do not count. Wall time where the system has no such clock.</summary>
internal static partial class CoreClock
{
    private const int ThreadProcessorTime = 3;

    /// <summary>Nanoseconds.</summary>
    public static long Now => OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out var time) == 0
        ? time.Seconds * 1_000_000_000 + time.Nanoseconds : (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
