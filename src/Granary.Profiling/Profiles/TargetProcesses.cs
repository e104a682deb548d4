using System.Text;
using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>Which processes are profiled: one and its descendants, a task's, or all.</summary>
public sealed record ProfileTarget
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>A process; 0 for none.</summary>
    public int Pid { get; init; }

    /// <summary>Processes that have this among their environment, as <c>NAME=begin of the value</c>, and their descendants; empty for none.</summary>
    public string Mark { get; init; } = "";

    public bool IsWholeMachine => Pid == 0 && Mark.Length == 0;
}

/// <summary>Finds the processes of a target, again and again, since they come and go.</summary>
internal sealed class TargetProcesses(SystemRoot root, ProfileTarget target)
{
    private readonly ReadBuffer _buffer = new();
    private readonly ProcPath _path = new(root);
    private readonly byte[] _mark = Encoding.UTF8.GetBytes(target.Mark);

    /// <summary>Living ones, in ascending order; of a whole machine those with most CPU time.</summary>
    public IReadOnlyList<int> List()
    {
        var all = new Dictionary<int, ProcessReading>();
        foreach (var name in root.List("/proc"))
            if (int.TryParse(name, out var pid) && _buffer.TryRead(_path.Of(pid, "/stat"u8), out var text) && ProcessReading.TryStat(text, out var stat)
                && stat.State is not ((byte)'Z' or (byte)'X'))
                all[pid] = stat;
        if (target.IsWholeMachine) return [.. all.OrderByDescending(p => p.Value.CpuTicks).Take(200).Select(p => p.Key).Order()];
        var found = new HashSet<int>();
        if (target.Pid > 0 && all.ContainsKey(target.Pid)) found.Add(target.Pid);
        if (_mark.Length > 0)
            foreach (var pid in all.Keys)
                if (_buffer.TryRead(_path.Of(pid, "/environ"u8), out var environment) && IsMarked(environment)) found.Add(pid);
        for (var grew = found.Count > 0; grew;)
        {
            grew = false;
            foreach (var (pid, stat) in all)
                if (!found.Contains(pid) && found.Contains(stat.Parent)) grew |= found.Add(pid);
        }
        return [.. found.Order()];
    }

    private bool IsMarked(ReadOnlySpan<byte> environment)
    {
        while (!environment.IsEmpty)
        {
            if (environment.StartsWith(_mark)) return true;
            var end = environment.IndexOf((byte)0);
            if (end < 0) return false;
            environment = environment[(end + 1)..];
        }
        return false;
    }
}
