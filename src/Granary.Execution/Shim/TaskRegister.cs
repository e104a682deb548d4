using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Execution.Processes;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>
/// All attempts in the shim's care, their log and the agent that hears of them. Every change of state goes through here under one
/// gate, is logged, then told to the agent.
/// </summary>
internal sealed class TaskRegister(ShimLog log, SeenTokens seen, CoreAllocator? cores)
{
    private readonly Dictionary<LeaseKey, ShimTask> _tasks = [];
    private readonly Dictionary<int, ShimTask> _byPid = [];
    private AgentConnection? _agent;
    private int _spawning;
    private long _spawns;

    public object Gate { get; } = new();

    public string Instance => log.Instance;

    /// <summary>Raised outside of any hurry when the watch has something new to look at.</summary>
    public AutoResetEvent Wake { get; } = new(false);

    /// <summary>True while the watch sleeps until it is woken.</summary>
    public volatile bool WatchSleeps;

    /// <summary>The value of the lease variable that marks the processes of a task.</summary>
    public string Mark(LeaseKey key) => $"{key}@{Instance}";

    /// <summary>Takes charge of attempts; those that are not newer than what was seen for their task are left out.</summary>
    public List<ShimTask> Take(IReadOnlyList<LaunchPlan> plans)
    {
        var taken = new List<ShimTask>(plans.Count);
        lock (Gate)
        {
            foreach (var plan in plans)
            {
                var task = new ShimTask(plan);
                if (!seen.Add(task.Key)) continue;
                _tasks.Add(task.Key, task);
                log.Intent(plan);
                taken.Add(task);
            }
            log.Flush();
        }
        return taken;
    }

    /// <summary>A task found in the log of an earlier shim.</summary>
    public void Adopt(ShimTask task)
    {
        lock (Gate) _tasks[task.Key] = task;
    }

    /// <summary>Its process was found alive.</summary>
    public void AdoptRunning(ShimTask task, ProcessStat process, int[] itsCores)
    {
        lock (Gate)
        {
            task.Pid = process.Pid;
            task.FirstTick = task.LastTick = process.StartTicks;
            if (task.StartedAt == default) task.StartedAt = DateTimeOffset.UtcNow;
            task.Phase = ShimTaskPhase.Running;
            task.Cores = itsCores;
            cores?.Claim(itsCores);
            _byPid.Add(task.Pid, task);
            log.Spawned(task.Key, task.Pid, task.FirstTick, task.LastTick, task.StartedAt, itsCores);
            log.Flush();
        }
    }

    /// <summary>False when it was stopped before it could start; it has ended then.</summary>
    public bool BeginSpawn(ShimTask task)
    {
        lock (Gate)
        {
            if (task.StopCause is not null)
            {
                EndLocked(task, ExitClassifier.Classify(new EndFacts { StopCause = task.StopCause, StopMessage = task.StopMessage }));
                return false;
            }
            _spawning++;
            if (cores is not null && task.Plan.CpuMilli is >= 1000 and < int.MaxValue && task.Plan.CpuMilli % 1000 == 0)
                task.Cores = cores.Take((int)(task.Plan.CpuMilli / 1000));
            return true;
        }
    }

    public void Spawned(ShimTask task, int pid, double before, double after)
    {
        lock (Gate)
        {
            task.Pid = pid;
            task.Phase = ShimTaskPhase.Running;
            task.StartedAt = DateTimeOffset.UtcNow;
            task.StartedTick = Environment.TickCount64;
            task.CoresGeneration = cores?.Generation ?? 0;
            _byPid.Add(pid, task);
            // one tick of slack either way: the kernel rounds down
            task.FirstTick = (long)(before * 100) - 1;
            task.LastTick = (long)(after * 100) + 1;
            log.Spawned(task.Key, pid, task.FirstTick, task.LastTick, task.StartedAt, task.Cores);
            log.Flush();
            _agent?.Send(static (w, t) => w.Begin(FrameKind.Reports).Report(
                new TaskReport(t.Plan.Lease, ReportKind.Started, t.StartedAt, null)).End(), task);
            SpawnDone();
        }
        if (WatchSleeps || task.Plan.TimeLimit is not null || task.StopCause is not null) Wake.Set();
    }

    /// <summary>Its cores are others now; the caller binds it to them.</summary>
    public void GiveCores(ShimTask task, int[] given)
    {
        lock (Gate)
        {
            task.Cores = given;
            log.Spawned(task.Key, task.Pid, task.FirstTick, task.LastTick, task.StartedAt, given);
            log.Flush();
        }
    }

    public void SpawnFailed(ShimTask task, string message)
    {
        lock (Gate)
        {
            EndLocked(task, new ExitInfo { Cause = ExitCause.StartFailed, Message = message });
            SpawnDone();
        }
    }

    /// <summary>
    /// The task whose main process this is, now in its <see cref="ShimTaskPhase.Ending"/>; null for an orphan. A process may end before
    /// its start was written down here, so a start that is under way is waited for.
    /// </summary>
    public ShimTask? BeginEnd(int pid)
    {
        lock (Gate)
        {
            var until = _spawns + _spawning;
            ShimTask? task;
            while (!_byPid.TryGetValue(pid, out task) && _spawns < until) Monitor.Wait(Gate);
            if (task is not null) task.Phase = ShimTaskPhase.Ending;
            return task;
        }
    }

    /// <summary>Waits until something was started since <paramref name="spawns"/> starts.</summary>
    public void AwaitSpawn(ref long spawns)
    {
        lock (Gate)
        {
            while (_spawns == spawns) Monitor.Wait(Gate);
            spawns = _spawns;
        }
    }

    public void End(ShimTask task, ExitInfo exit)
    {
        lock (Gate) EndLocked(task, exit);
    }

    /// <summary>Begins to end a task; the watch sends the signals. The first cause stays.</summary>
    public void Stop(LeaseKey key, ExitCause cause, string message = "", TimeSpan? grace = null)
    {
        lock (Gate)
        {
            if (!_tasks.TryGetValue(key, out var task) || task.StopCause is not null
                || task.Phase is ShimTaskPhase.Ending or ShimTaskPhase.Ended) return;
            // it may have ended by itself a moment ago: then that is how it ended
            if (task.Phase == ShimTaskPhase.Running && !task.Adopted && Sys.HasEnded(task.Pid)) return;
            task.StopCause = cause;
            task.StopMessage = message;
            task.StopGrace = grace;
        }
        Wake.Set();
    }

    /// <summary>The agent has made the ends of these durable elsewhere.</summary>
    public void Acknowledge(IEnumerable<LeaseKey> keys)
    {
        lock (Gate)
        {
            foreach (var key in keys)
                if (_tasks.TryGetValue(key, out var task) && task.Phase == ShimTaskPhase.Ended && _tasks.Remove(key)) log.Forgotten(key);
            log.Flush();
            if (log.WantsCompaction) log.Compact(_tasks.Values.Select(Logged).ToArray(), seen);
        }
    }

    /// <summary>From now on this agent hears of every change, after a list of what there is. An earlier agent is told that it is not needed.</summary>
    public void Attach(AgentConnection agent)
    {
        AgentConnection? earlier;
        lock (Gate)
        {
            earlier = _agent;
            _agent = agent;
            agent.Send(static (w, r) => WelcomeCodec.Write(w, r._tasks.Values, r.Seen, r.Instance), this);
        }
        if (earlier is null) return;
        earlier.Send(static (w, _) => w.Begin(FrameKind.Superseded).End(), 0);
        earlier.Finish();
    }

    public void Detach(AgentConnection agent)
    {
        lock (Gate)
            if (_agent == agent) _agent = null;
        Wake.Set();
    }

    public bool HasAgent
    {
        get
        {
            lock (Gate) return _agent is not null;
        }
    }

    /// <summary>Attempts that have not ended.</summary>
    public void Live(List<ShimTask> into)
    {
        into.Clear();
        lock (Gate)
            foreach (var task in _tasks.Values)
                if (task.Phase != ShimTaskPhase.Ended) into.Add(task);
    }

    private SeenTokens Seen => seen;

    private void SpawnDone()
    {
        _spawning--;
        _spawns++;
        Monitor.PulseAll(Gate);
    }

    private void EndLocked(ShimTask task, ExitInfo exit)
    {
        if (task.Phase == ShimTaskPhase.Ended) return;
        task.Phase = ShimTaskPhase.Ended;
        task.End = new(task.Plan.Lease, ReportKind.Ended, DateTimeOffset.UtcNow, exit);
        if (task.Pid != 0) _byPid.Remove(task.Pid);
        cores?.Release(task.Cores);
        log.Ended(task.End);
        log.Flush();
        _agent?.Send(static (w, report) => w.Begin(FrameKind.Reports).Report(report).End(), task.End);
    }

    private static LoggedTask Logged(ShimTask task) =>
        new(task.Plan, task.Pid, task.FirstTick, task.LastTick, task.StartedAt, task.Cores, task.End);
}
