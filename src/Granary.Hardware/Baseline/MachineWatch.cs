using Granary.Model;

namespace Granary.Hardware;

/// <summary>One machine's inventory, with the baseline that its own samples make. Not for concurrent use.</summary>
public sealed class MachineWatch
{
    private readonly SystemRoot _root;
    private readonly HardwareReader _reader;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<string> _paths;
    private readonly IReadOnlyList<DeclaredInventory> _declared;
    private readonly BaselineTracker _baseline = new();
    private CpuTimes _cpu;
    private DeviceTotals _totals;
    private long _at;

    /// <param name="root">Where /proc and /sys are.</param>
    /// <param name="time">Stamps inventories and measures the time between samples.</param>
    /// <param name="paths">Absolute paths whose disks are of interest.</param>
    /// <param name="accelerators">Declared ones, beside those that are found.</param>
    /// <param name="declared">What no machine can measure.</param>
    public MachineWatch(SystemRoot root, TimeProvider time, IReadOnlyList<string> paths, IReadOnlyList<DeclaredAccelerator>? accelerators = null,
        IReadOnlyList<DeclaredResource>? declared = null)
    {
        _root = root;
        _time = time;
        _paths = paths;
        _declared = [.. (declared ?? []).Select(d => d.Describe())];
        _reader = new(root, AcceleratorSources.Of(root, accelerators ?? []));
        (_cpu, _totals, _at) = Now();
    }

    /// <summary>Takes one sample for the baseline.</summary>
    public void Sample()
    {
        var (cpu, totals, at) = Now();
        var elapsed = _time.GetElapsedTime(_at, at);
        var memory = MemoryInfo.Read(_root);
        _baseline.Add(
            new(
                cpu.Total > _cpu.Total ? cpu.UtilizationSince(_cpu) * 100 : null,
                memory.TotalMiB > 0 ? Math.Clamp(100.0 * (memory.TotalMiB - memory.AvailableMiB) / memory.TotalMiB, 0, 100) : null,
                DeviceTotals.Rate(_totals.DiskBytes, totals.DiskBytes, elapsed) / (1 << 20),
                DeviceTotals.Rate(_totals.NetworkBytes, totals.NetworkBytes, elapsed) * 8 / 1e6),
            _time.GetUtcNow());
        (_cpu, _totals, _at) = (cpu, totals, at);
    }

    public HardwareInventory Read() => _reader.Read(_time.GetUtcNow(), _paths) with { Baseline = _baseline.Baseline, Declared = _declared };

    private (CpuTimes Cpu, DeviceTotals Totals, long At) Now() => (CpuTimes.Parse(_root.Read("/proc/stat")), DeviceTotals.Read(_root), _time.GetTimestamp());
}
