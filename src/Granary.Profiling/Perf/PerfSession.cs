using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>Why perf events are not to be had, in one line.</summary>
internal sealed class PerfUnavailableException(string message) : Exception(message);

/// <summary>
/// Opened events of one kind: of some processes, their threads and children to come; or of everything that runs. One ring a CPU, into which all
/// events of that CPU write.
/// </summary>
internal sealed class PerfSession : IDisposable
{
    private const int RingPages = 32; // 128 KiB: what an unprivileged user may lock for a CPU is 516 KiB
    private const int WideRingPages = 256; // everybody's forks and mappings go through it
    private const int MostDescriptors = 4096;
    private const int MostWideCpus = 64;
    private readonly List<int> _descriptors = [];
    private readonly List<PerfRing> _rings = [];

    private PerfSession()
    {
    }

    /// <summary>Whether frames of the kernel are among the samples.</summary>
    public bool WithKernel { get; private set; }

    /// <summary>Whether everything that runs is sampled, and the reader has to choose.</summary>
    public bool IsWholeMachine { get; private set; }

    /// <param name="pids">Null for everything that runs.</param>
    /// <exception cref="PerfUnavailableException">Not allowed, not supported, or nothing of it is alive.</exception>
    public static PerfSession Open(PerfEvent what, IReadOnlyCollection<int>? pids, SystemRoot root)
    {
        var cpus = CpuList.Parse(root.Read("/sys/devices/system/cpu/online"));
        if (cpus.Length == 0) cpus = [.. Enumerable.Range(0, Environment.ProcessorCount)];
        var threads = pids is null ? [-1] : pids.SelectMany(pid => ThreadsOf(root, pid)).ToArray();
        if (threads.Length == 0) throw new PerfUnavailableException("no process of it is alive");
        // a clock that belongs to a process begins anew with each child: of children that live for less than a period nothing would be seen
        var wide = pids is null || threads.Length * cpus.Length > MostDescriptors || (what.IsFrequency && cpus.Length <= MostWideCpus);
        var session = new PerfSession { WithKernel = true, IsWholeMachine = wide };
        try
        {
            var error = session.TryOpen(what.Attributes(withKernel: true), wide ? [-1] : threads, cpus);
            if (error is 1 or 13 && wide && pids is not null && threads.Length * cpus.Length <= MostDescriptors)
            {
                session.IsWholeMachine = wide = false;
                error = session.TryOpen(what.Attributes(withKernel: true), threads, cpus);
            }
            if (error is 1 or 13 && !wide)
            {
                // perf_event_paranoid above 1: one's own processes, without the kernel's part
                session.WithKernel = false;
                error = session.TryOpen(what.Attributes(withKernel: false), threads, cpus);
            }
            if (error != 0) throw new PerfUnavailableException(Reason(error, wide, root));
            foreach (var descriptor in session._descriptors) _ = PerfNative.ioctl(descriptor, PerfNative.IoctlEnable, 0);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Drain(PerfRecords records)
    {
        foreach (var ring in _rings) ring.Drain(records);
    }

    public void Dispose()
    {
        foreach (var ring in _rings) ring.Dispose();
        foreach (var descriptor in _descriptors) _ = PerfNative.close(descriptor);
        _rings.Clear();
        _descriptors.Clear();
    }

    // 0, or the number of the error; what ended or went offline meanwhile is none
    private int TryOpen(PerfAttributes attributes, IReadOnlyList<int> targets, int[] cpus)
    {
        var last = 3;
        foreach (var thread in targets) KeepApart(thread);
        foreach (var cpu in cpus)
        {
            var first = -1;
            foreach (var thread in targets)
            {
                var descriptor = PerfNative.Open(ref attributes, thread, cpu);
                if (descriptor is -3 or -19)
                {
                    last = -descriptor; // ESRCH: ended; ENODEV: the CPU is offline
                    continue;
                }
                if (descriptor < 0) return Abandon(-descriptor);
                _descriptors.Add(descriptor);
                if (first >= 0)
                {
                    if (PerfNative.ioctl(descriptor, PerfNative.IoctlSetOutput, first) < 0) return Abandon(22);
                    continue;
                }
                if (PerfRing.Map(descriptor, IsWholeMachine ? WideRingPages : RingPages) is not { } ring) return Abandon(12);
                first = descriptor;
                _rings.Add(ring);
            }
        }
        return _rings.Count > 0 ? 0 : last;
    }

    /// <summary>
    /// The kernel swaps the events of a parent and of its child where all of them are inherited, instead of switching them: the parent goes on with the child's fresh
    /// clock, and one that forks often is never sampled. An event that is not inherited, and counts nothing, prevents that.
    /// </summary>
    private void KeepApart(int thread)
    {
        if (thread < 0) return;
        var nothing = PerfEvent.Nothing;
        if (PerfNative.Open(ref nothing, thread, -1) is >= 0 and var descriptor) _descriptors.Add(descriptor);
    }

    private int Abandon(int error)
    {
        Dispose();
        return error;
    }

    private static IEnumerable<int> ThreadsOf(SystemRoot root, int pid) =>
        root.List($"/proc/{pid}/task").Select(t => int.TryParse(t, out var tid) ? tid : 0).Where(t => t > 0);

    private static string Reason(int error, bool wide, SystemRoot root) => error switch
    {
        1 or 13 => $"perf events are not allowed ({(wide ? "everything that runs" : "this process")}; perf_event_paranoid is {root.Read("/proc/sys/kernel/perf_event_paranoid") ?? "unknown"}); run as root, with CAP_PERFMON, or lower it",
        2 or 95 => "this kernel has no software clock event",
        3 => "it has ended",
        12 => "no memory may be locked for the ring: raise perf_event_mlock_kb",
        24 => "too many open files: raise the limit (ulimit -n)",
        38 => "this kernel has no perf events",
        _ => $"perf events failed with error {error}",
    };
}
