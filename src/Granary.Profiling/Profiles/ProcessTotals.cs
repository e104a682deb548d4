using System.Globalization;
using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>What the kernel counts of the processes of a target: at the beginning and at the end of a profile. A process that began meanwhile counts from nothing.</summary>
internal sealed class ProcessTotals(SystemRoot root)
{
    private readonly Dictionary<int, Counts> _first = [];
    private readonly Dictionary<int, Counts> _last = [];
    private (double Periods, double Throttled, double Seconds)? _groupFirst, _groupLast;
    private (double Used, double Limit)? _memory;

    public void Look(IEnumerable<int> pids, bool begin)
    {
        foreach (var pid in pids)
        {
            if (Read(pid) is not { } counts) continue;
            if (begin) _first[pid] = counts;
            _last[pid] = counts;
            _memory = Memory(pid) ?? _memory;
            if (Throttling(pid) is not { } group) continue;
            _groupFirst ??= group;
            _groupLast = group;
        }
    }

    /// <summary>Increases over the time, and the last of what is no counter.</summary>
    public IReadOnlyDictionary<string, double> Sum(double seconds)
    {
        var totals = new Dictionary<string, double>(StringComparer.Ordinal);
        void Add(string name, double value) => totals[name] = totals.GetValueOrDefault(name) + value;
        foreach (var (pid, now) in _last)
        {
            var before = _first.GetValueOrDefault(pid) ?? new();
            Add("process.cpu_seconds", Math.Max(0, now.Cpu - before.Cpu));
            Add("process.major_faults", Math.Max(0, now.MajorFaults - before.MajorFaults));
            Add("process.minor_faults", Math.Max(0, now.MinorFaults - before.MinorFaults));
            Add("process.voluntary_switches", Math.Max(0, now.Voluntary - before.Voluntary));
            Add("process.involuntary_switches", Math.Max(0, now.Involuntary - before.Involuntary));
            if (now.Io) Add("process.read_bytes", Math.Max(0, now.Read - before.Read));
            if (now.Io) Add("process.write_bytes", Math.Max(0, now.Written - before.Written));
            Add("process.resident_bytes", now.Resident);
            Add("process.resident_growth", now.Resident - (before.Resident > 0 ? before.Resident : now.Resident));
            Add("process.swapped_bytes", now.Swapped);
            Add("process.threads", now.Threads);
            Add("process.count", 1);
        }
        if (_groupFirst is { } a && _groupLast is { } b && b.Periods > a.Periods)
        {
            totals["process.throttled_share"] = (b.Throttled - a.Throttled) / (b.Periods - a.Periods);
            totals["process.throttled_seconds"] = b.Seconds - a.Seconds;
        }
        if (_memory is { } memory) (totals["process.group_memory"], totals["process.memory_limit"]) = memory;
        totals["seconds"] = seconds;
        return totals;
    }

    private Counts? Read(int pid)
    {
        var stat = root.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        if (stat is null) return null;
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 22) return null;
        var status = Lines(root.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")));
        var io = Lines(root.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/io")));
        return new()
        {
            MinorFaults = Number(fields[7]),
            MajorFaults = Number(fields[9]),
            Cpu = (Number(fields[11]) + Number(fields[12])) / 100,
            Threads = Number(fields[17]),
            Resident = status.GetValueOrDefault("VmRSS") * 1024,
            Swapped = status.GetValueOrDefault("VmSwap") * 1024,
            Voluntary = status.GetValueOrDefault("voluntary_ctxt_switches"),
            Involuntary = status.GetValueOrDefault("nonvoluntary_ctxt_switches"),
            Io = io.ContainsKey("read_bytes"),
            Read = io.GetValueOrDefault("read_bytes"),
            Written = io.GetValueOrDefault("write_bytes"),
        };
    }

    // null where its group has no limit; what it uses is without what can be dropped at once
    private (double Used, double Limit)? Memory(int pid)
    {
        const double none = 1L << 60;
        var mounts = TaskGroupFiles.Mounts(root);
        foreach (var line in (root.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup")) ?? "").Split('\n'))
        {
            var fields = line.Split(':', 3);
            if (fields.Length < 3 || fields[2] == "/" || (fields[1].Length > 0 && !fields[1].Split(',').Contains("memory"))) continue;
            var unified = fields[1].Length == 0;
            var mount = mounts.FirstOrDefault(m => unified ? m.Controllers.Length == 0 : m.Controllers.Contains("memory")).Path;
            if (mount is null) continue;
            var directory = mount + fields[2];
            if (!double.TryParse(root.Read($"{directory}/{(unified ? "memory.max" : "memory.limit_in_bytes")}"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit >= none) continue;
            if (!double.TryParse(root.Read($"{directory}/{(unified ? "memory.current" : "memory.usage_in_bytes")}"), NumberStyles.None, CultureInfo.InvariantCulture, out var used)) continue;
            var stat = Lines(root.Read(directory + "/memory.stat"));
            return (Math.Max(0, used - stat.GetValueOrDefault(unified ? "inactive_file" : "total_inactive_file")), limit);
        }
        return null;
    }

    // of the group that the process is in, of either version
    private (double Periods, double Throttled, double Seconds)? Throttling(int pid)
    {
        var mounts = TaskGroupFiles.Mounts(root);
        foreach (var line in (root.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup")) ?? "").Split('\n'))
        {
            var fields = line.Split(':', 3);
            if (fields.Length < 3 || fields[2] == "/") continue;
            var controllers = fields[1].Split(',');
            var mount = mounts.FirstOrDefault(m => fields[1].Length == 0 ? m.Controllers.Length == 0 : controllers.Contains("cpu") && m.Controllers.Contains("cpu")).Path;
            if (mount is null || root.Read($"{mount}{fields[2]}/cpu.stat") is not { } text) continue;
            var stat = Lines(text);
            if (!stat.ContainsKey("nr_periods")) continue;
            return (stat["nr_periods"], stat.GetValueOrDefault("nr_throttled"), stat.TryGetValue("throttled_usec", out var micro) ? micro / 1e6 : stat.GetValueOrDefault("throttled_time") / 1e9);
        }
        return null;
    }

    private static Dictionary<string, double> Lines(string? text)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in (text ?? "").Split('\n'))
        {
            var words = line.Split([':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && double.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)) values[words[0]] = value;
        }
        return values;
    }

    private static double Number(string text) => double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private sealed record Counts
    {
        public double Cpu { get; init; }
        public double MinorFaults { get; init; }
        public double MajorFaults { get; init; }
        public double Threads { get; init; }
        public double Resident { get; init; }
        public double Swapped { get; init; }
        public double Voluntary { get; init; }
        public double Involuntary { get; init; }
        public bool Io { get; init; }
        public double Read { get; init; }
        public double Written { get; init; }
    }
}
