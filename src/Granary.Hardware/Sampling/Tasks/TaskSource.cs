using System.IO.Enumeration;
using System.Text;
using Granary.Hardware.Energy;

namespace Granary.Hardware;

/// <summary>
/// The tasks that run here, found by what their supervisor puts into their environment: a variable with <c>pool/number#token@instance</c>.
/// A process without it belongs to its parent's task, or to its session's. What belongs to no task is looked at when it is new, and then only
/// every few seconds, in case its number was taken by another.
/// </summary>
/// <param name="root">Where /proc is.</param>
/// <param name="row">Where the series go.</param>
/// <param name="buffer">Shared with the other sources.</param>
/// <param name="cores">How many cores there are, for what is possible; 0 when unknown.</param>
/// <param name="options">What marks a task, and how many are sampled.</param>
public sealed class TaskSource(SystemRoot root, SampleRow row, ReadBuffer buffer, Func<int> cores, TaskSourceOptions options) : ITelemetrySource
{
    private const int LookAgain = 8; // ticks; a power of two
    private const int YoungTicks = 3; // a process that was just forked still has the environment of its parent

    private readonly ProcPath _path = new(root);
    private readonly byte[] _mark = Encoding.UTF8.GetBytes(options.Variable + "=");
    private readonly byte[] _owner = Encoding.UTF8.GetBytes(options.OwnerVariable + "=");
    private readonly IReadOnlyList<(string Path, string[] Controllers)> _mounts = TaskGroupFiles.Mounts(root);
    private readonly Dictionary<int, Process> _processes = [];
    private readonly Dictionary<string, SampledTask> _tasks = new(StringComparer.Ordinal);
    private readonly List<int> _gone = [];
    private readonly List<int> _orphans = [];
    private readonly List<string> _ended = [];
    private long _tick;

    /// <summary>Tasks at the last tick that have series.</summary>
    public int Count => _tasks.Count;

    public void Sample(SampleRow _, double seconds)
    {
        _tick++;
        foreach (var task in _tasks.Values) task.Begin();
        foreach (var pid in Pids()) Look(pid);
        LookForFamilies();
        foreach (var (pid, process) in _processes)
            if (process.Tick != _tick) _gone.Add(pid);
        foreach (var pid in _gone) _processes.Remove(pid);
        _gone.Clear();
        foreach (var (lease, task) in _tasks)
        {
            if (task.HasProcesses) task.Set(row, buffer, seconds, cores());
            else _ended.Add(lease);
        }
        foreach (var lease in _ended)
        {
            _tasks[lease].Remove(row);
            _tasks.Remove(lease);
            options.Owners?.Remove(lease[..lease.IndexOf('#', StringComparison.Ordinal)]);
        }
        _ended.Clear();
    }

    public void Dispose()
    {
        // every file is closed when it was read
    }

    private IEnumerable<int> Pids()
    {
        try
        {
            return new FileSystemEnumerable<int>(root.At("/proc"), static (ref entry) => int.TryParse(entry.FileName, out var pid) ? pid : 0)
            {
                ShouldIncludePredicate = static (ref entry) => entry.FileName.Length > 0 && char.IsAsciiDigit(entry.FileName[0]),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void Look(int pid)
    {
        var known = _processes.TryGetValue(pid, out var process);
        if (known && process!.Task is null && _tick - process.Since >= YoungTicks && ((_tick + pid) & (LookAgain - 1)) != 0)
        {
            process.Tick = _tick;
            return;
        }
        if (!buffer.TryRead(_path.Of(pid, "/stat"u8), out var text) || !ProcessReading.TryStat(text, out var now) || now.State is (byte)'Z' or (byte)'X') return;
        if (!known || process!.Last.Start != now.Start)
        {
            process = new() { Since = _tick, IsNew = true };
            _processes[pid] = process;
        }
        process.Tick = _tick;
        if (process.Task is null && _tick - process.Since < YoungTicks && Find(pid, now) is { } found)
        {
            process.Task = found;
            if (!process.IsNew) found.Include(process.Last);
        }
        if (process.Task is { } task) Read(pid, process, task, ref now);
        else if (process.IsNew) _orphans.Add(pid);
        process.IsNew = false;
        process.Last = now;
    }

    // a child may be listed before its parent
    private void LookForFamilies()
    {
        for (var found = true; found && _orphans.Count > 0;)
        {
            found = false;
            for (var i = _orphans.Count - 1; i >= 0; i--)
            {
                var process = _processes[_orphans[i]];
                if (OfFamily(_orphans[i], process.Last) is not { } task) continue;
                process.Task = task;
                process.IsNew = true;
                var reading = process.Last;
                Read(_orphans[i], process, task, ref reading);
                process.IsNew = false;
                process.Last = reading;
                _orphans.RemoveAt(i);
                found = true;
            }
        }
        _orphans.Clear();
    }

    private void Read(int pid, Process process, SampledTask task, ref ProcessReading now)
    {
        var hasIo = buffer.TryRead(_path.Of(pid, "/io"u8), out var text) && now.TryIo(text);
        var hasSwitches = buffer.TryRead(_path.Of(pid, "/status"u8), out text) && now.TrySwitches(text);
        if (task.WantsGroups && buffer.TryRead(_path.Of(pid, "/cgroup"u8), out text))
            task.Found(TaskGroupFiles.Find(root, _mounts, Encoding.UTF8.GetString(text), task.GroupName));
        task.Add(process.Last, now, process.IsNew, hasIo, hasSwitches);
    }

    private SampledTask? Find(int pid, in ProcessReading reading)
    {
        if (buffer.TryRead(_path.Of(pid, "/environ"u8), out var environment) && Variable(environment, _mark) is { Length: > 0 } mark)
            return OfMark(Encoding.UTF8.GetString(mark), environment);
        return OfFamily(pid, reading);
    }

    private SampledTask? OfFamily(int pid, in ProcessReading reading)
    {
        if (_processes.TryGetValue(reading.Parent, out var parent) && parent.Task is { } task) return task;
        return reading.Session != pid && _processes.TryGetValue(reading.Session, out var leader) ? leader.Task : null;
    }

    private static ReadOnlySpan<byte> Variable(ReadOnlySpan<byte> environment, ReadOnlySpan<byte> prefix)
    {
        while (!environment.IsEmpty)
        {
            var end = environment.IndexOf((byte)0);
            var entry = end < 0 ? environment : environment[..end];
            if (entry.StartsWith(prefix)) return entry[prefix.Length..];
            environment = end < 0 ? default : environment[(end + 1)..];
        }
        return default;
    }

    // "pool/number#token@instance"; the groups of a task end in "pool-number-token"
    private SampledTask? OfMark(string mark, ReadOnlySpan<byte> environment)
    {
        if (_tasks.TryGetValue(mark, out var task)) return task;
        var hash = mark.IndexOf('#', StringComparison.Ordinal);
        var at = mark.IndexOf('@', StringComparison.Ordinal);
        if (hash <= 0 || at < hash || _tasks.Count >= options.MostTasks) return null;
        var (name, token) = (mark[..hash], mark[(hash + 1)..at]);
        if (options.Owners is { } owners && Variable(environment, _owner) is { Length: > 0 } owner) owners.Add(name, Encoding.UTF8.GetString(owner));
        return _tasks[mark] = new(row, name, $"{name.Replace('/', '-')}-{token}");
    }

    private sealed class Process
    {
        public SampledTask? Task;
        public ProcessReading Last;
        public long Since;
        public long Tick;
        public bool IsNew;
    }
}

/// <summary>How tasks are recognised.</summary>
public sealed record TaskSourceOptions
{
    /// <summary>Name of the variable in the environment of a task's processes.</summary>
    public string Variable { get; init; } = "GRANARY_LEASE";

    /// <summary>Name of the variable that holds the id of the task's agent.</summary>
    public string OwnerVariable { get; init; } = "GRANARY_AGENT";

    /// <summary>Where it is noted whose a task is; null for nowhere.</summary>
    public TaskOwners? Owners { get; init; }

    /// <summary>Tasks beyond this many at once have no series of their own.</summary>
    public int MostTasks { get; init; } = 256;
}
