using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>What a log says of one task that was not forgotten.</summary>
/// <param name="Pid">0 when it was never written that it had started.</param>
/// <param name="FirstTick">Earliest start time it can have, clock ticks after boot.</param>
/// <param name="LastTick">Latest.</param>
internal sealed record LoggedTask(
    LaunchPlan Plan, int Pid = 0, long FirstTick = 0, long LastTick = 0, DateTimeOffset StartedAt = default, int[]? Cores = null, TaskReport? End = null);

/// <summary>
/// What the shim has taken charge of, appended without fsync: it has to outlive the shim, not the machine, since no process
/// outlives the machine either. Guarded by the register's gate.
/// </summary>
internal sealed class ShimLog : IDisposable
{
    public const int Version = 1;
    private const long CompactAt = 16 * 1024 * 1024;

    private readonly string _path;
    private readonly FrameWriter _pending = new();
    private readonly string _bootId;
    private FileStream _file;
    private long _compactAt = CompactAt;

    private ShimLog(string path, string bootId, FileStream file, string instance)
    {
        _path = path;
        _bootId = bootId;
        _file = file;
        Instance = instance;
    }

    /// <summary>Names this node directory's tasks apart from those of other servers on the machine.</summary>
    public string Instance { get; }

    public bool WantsCompaction => _file.Length > _compactAt;

    /// <summary>Opens or makes the log and reads what is in it; a torn end is ignored.</summary>
    public static ShimLog Open(string path, string bootId, SeenTokens seen, out IReadOnlyCollection<LoggedTask> tasks, out bool sameBoot)
    {
        var found = new Dictionary<LeaseKey, LoggedTask>();
        var instance = "";
        sameBoot = true;
        if (File.Exists(path)) Replay(File.ReadAllBytes(path), seen, found, ref instance, bootId, ref sameBoot);
        if (instance.Length == 0) instance = Guid.NewGuid().ToString("N")[..12];
        tasks = found.Values;
        var log = new ShimLog(path, bootId, OpenFile(path), instance);
        log.Compact(found.Values, seen);
        return log;
    }

    public void Intent(LaunchPlan plan)
    {
        _pending.Begin(FrameKind.Intent).Supervised(plan);
        _pending.End();
    }

    public void Spawned(LeaseKey key, int pid, long firstTick, long lastTick, DateTimeOffset at, int[] cores)
    {
        _pending.Begin(FrameKind.Spawned).Key(key).Int(pid).Long(firstTick).Long(lastTick).Time(at).Int(cores.Length);
        foreach (var core in cores) _pending.Int(core);
        _pending.End();
    }

    public void Ended(TaskReport report) => _pending.Begin(FrameKind.Ended).Report(report).End();

    public void Forgotten(LeaseKey key) => _pending.Begin(FrameKind.Forgotten).Key(key).End();

    /// <summary>Hands everything appended since the last call to the kernel.</summary>
    public void Flush()
    {
        if (_pending.Length == 0) return;
        try
        {
            _file.Write(_pending.Written.Span);
        }
        catch (IOException)
        {
            // A full disk: the tasks go on, and only the death of this shim as well would lose what the log lacks.
        }
        _pending.Clear();
    }

    /// <summary>Writes the log anew with only what still matters.</summary>
    public void Compact(IEnumerable<LoggedTask> tasks, SeenTokens seen)
    {
        Flush();
        _pending.Begin(FrameKind.Header).Int(Version).Text(Instance).Text(_bootId).End();
        foreach (var key in seen.All()) _pending.Begin(FrameKind.Seen).Key(key).End();
        foreach (var task in tasks)
        {
            Intent(task.Plan);
            if (task.Pid != 0)
                Spawned(LeaseKey.Of(task.Plan.Lease), task.Pid, task.FirstTick, task.LastTick, task.StartedAt, task.Cores ?? []);
            if (task.End is not null) Ended(task.End);
        }
        var next = _path + ".new";
        try
        {
            File.WriteAllBytes(next, _pending.Written.Span);
            File.Move(next, _path, overwrite: true);
            _file.Dispose();
            _file = OpenFile(_path);
            _compactAt = Math.Max(CompactAt, _file.Length * 2);
        }
        catch (IOException)
        {
            _compactAt *= 2; // no room for a second copy: go on with the first
        }
        _pending.Clear();
    }

    public void Dispose()
    {
        Flush();
        _file.Dispose();
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.Read | FileShare.Delete, 0);

    private static void Replay(ReadOnlySpan<byte> bytes, SeenTokens seen, Dictionary<LeaseKey, LoggedTask> tasks, ref string instance, string bootId, ref bool sameBoot)
    {
        try
        {
            while (FrameReader.TryCut(ref bytes, out var frame))
            {
                var reader = new FrameReader(frame);
                switch (reader.Kind)
                {
                    case FrameKind.Header:
                        if (reader.Int() > Version) throw new InvalidDataException("a newer build wrote this log");
                        instance = reader.Text();
                        sameBoot = reader.Text() == bootId;
                        break;
                    case FrameKind.Seen:
                        seen.Add(reader.Key());
                        break;
                    case FrameKind.Intent:
                        var plan = reader.Supervised();
                        seen.Add(LeaseKey.Of(plan.Lease));
                        tasks[LeaseKey.Of(plan.Lease)] = new(plan);
                        break;
                    case FrameKind.Spawned:
                        var key = reader.Key();
                        if (!tasks.TryGetValue(key, out var task)) break;
                        task = task with { Pid = reader.Int(), FirstTick = reader.Long(), LastTick = reader.Long(), StartedAt = reader.Time() };
                        var cores = new int[reader.Count()];
                        for (var i = 0; i < cores.Length; i++) cores[i] = reader.Int();
                        tasks[key] = task with { Cores = cores };
                        break;
                    case FrameKind.Ended:
                        var report = reader.Report();
                        if (tasks.TryGetValue(LeaseKey.Of(report.Lease), out var ended)) tasks[LeaseKey.Of(report.Lease)] = ended with { End = report };
                        break;
                    case FrameKind.Forgotten:
                        tasks.Remove(reader.Key());
                        break;
                }
            }
        }
        catch (InvalidDataException)
        {
            // damage: what stood before it counts
        }
    }
}
