using System.Globalization;
using Granary.Model;

namespace Granary.Hardware;

/// <summary>Reads how busy the machine is. Not for concurrent use: CPU utilisation is since the reading before.</summary>
public sealed class MachineSampler
{
    private readonly SystemRoot _root;
    private readonly string _diskPath;
    private readonly TimeProvider _time;
    private CpuTimes _last;

    /// <param name="root">Where /proc is.</param>
    /// <param name="diskPath">A path on the file system whose free space counts: the agent's data directory.</param>
    /// <param name="time">Stamps the samples.</param>
    public MachineSampler(SystemRoot root, string diskPath, TimeProvider time)
    {
        _root = root;
        _diskPath = diskPath;
        _time = time;
        _last = CpuTimes.Parse(root.Read("/proc/stat"));
    }

    public NodeSample Sample()
    {
        var stat = _root.Read("/proc/stat");
        var cpu = CpuTimes.Parse(stat);
        var memory = MemoryInfo.Read(_root);
        var (load, processes) = Load();
        var sample = new NodeSample
        {
            At = _time.GetUtcNow(),
            CpuUtilization = cpu.UtilizationSince(_last),
            MemoryTotalMiB = memory.TotalMiB,
            MemoryUsedMiB = Math.Max(0, memory.TotalMiB - memory.AvailableMiB),
            Load1 = load,
            Processes = processes,
            DiskFreeMiB = DiskFree(),
            Cores = CpuTimes.CountCores(stat),
        };
        _last = cpu;
        return sample;
    }

    // "0.15 0.33 0.26 2/94 10498": load over 1, 5 and 15 minutes, runnable/all scheduling entities, last pid
    private (double Load, int Processes) Load()
    {
        var fields = (_root.Read("/proc/loadavg") ?? "").Split(' ');
        if (fields.Length < 4) return (0, 0);
        _ = double.TryParse(fields[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var load);
        _ = int.TryParse(fields[3].Split('/')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var processes);
        return (load, processes);
    }

    private long DiskFree()
    {
        try
        {
            return new DriveInfo(_diskPath).AvailableFreeSpace / (1024 * 1024);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return 0;
        }
    }
}
