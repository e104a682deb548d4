using System.Globalization;
using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Execution.Processes;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>
/// What has to be looked at from time to time, on the main thread: time limits and kills that are due, output sizes, memory where no
/// group limits it, CPU weights and cores of tasks that live a while, processes that were adopted, leftovers. Every 200 ms while
/// something runs, faster while memory is watched or something is being ended, else only when woken.
/// </summary>
internal sealed class Watch(TaskRegister register, ShimOptions options, TaskGroups? groups, CoreAllocator? cores, CpuTopology topology, Orphans orphans, SystemRoot root)
{
    private const int Period = 200;
    private const int FastPeriod = 50;
    private const int CpuPeriod = 1000;

    private readonly List<ShimTask> _live = [];
    private readonly OnlineCpus _online = new(root);
    private long _cpusLooked;
    private ProcessTree? _tree;
    private volatile bool _endWhenDone;
    private volatile bool _end;

    /// <summary>End as soon as nothing runs and no agent is there.</summary>
    public void EndWhenDone()
    {
        _endWhenDone = true;
        register.Wake.Set();
    }

    /// <summary>End now.</summary>
    public void End()
    {
        _end = true;
        register.Wake.Set();
    }

    public void Run()
    {
        var idleSince = Environment.TickCount64;
        while (!_end)
        {
            register.Live(_live);
            var now = Environment.TickCount64;
            if (_live.Count > 0 || register.HasAgent) idleSince = now;
            if (_live.Count == 0 && !register.HasAgent && (_endWhenDone || now - idleSince >= options.IdleTimeout.TotalMilliseconds)) return;

            _tree = null;
            var next = Pass(now);
            if (groups?.RemoveLeft() == true) next = Math.Min(next, now + FastPeriod);
            if (_live.Count == 0 && !register.HasAgent) next = Math.Min(next, idleSince + (long)options.IdleTimeout.TotalMilliseconds);
            register.WatchSleeps = _live.Count == 0;
            register.Wake.WaitOne((int)Math.Clamp(next - Environment.TickCount64, 0, int.MaxValue));
            register.WatchSleeps = false;
        }
    }

    private long Pass(long now)
    {
        EndStrays();
        if (_live.Count > 0 && now - _cpusLooked >= CpuPeriod) LookAtCpus(now);
        var next = _live.Count == 0 ? long.MaxValue : now + Period;
        foreach (var task in _live)
        {
            if (task.Phase != ShimTaskPhase.Running) continue;
            if (task.Adopted && !IsAlive(task))
            {
                EndAdopted(task);
                continue;
            }
            if (task.DeadlineTick <= now)
                register.Stop(task.Key, ExitCause.TimeLimit, $"time limit of {Durations.Format(task.Plan.TimeLimit!.Value)} reached");
            if (task.StopCause is not null) Signal(task, now);
            else if (now - task.StartedTick >= Period || task.WantsMemoryWatch || task.Adopted) LookAt(task);

            next = Math.Min(next, Math.Min(task.DeadlineTick, task.KillAt));
            if (IsHot(task, now) || task.Adopted || task.StopCause is not null) next = Math.Min(next, now + FastPeriod);
        }
        return next;
    }

    private void LookAt(ShimTask task)
    {
        var plan = task.Plan;
        OutputLimit.Enforce(plan.Output, plan.OutputLimitBytes);
        OutputLimit.Enforce(plan.Error, plan.OutputLimitBytes);
        if (task.WantsMemoryWatch) CheckMemory(task);
        if (!task.Weighed && groups is not null) Weigh(task);
        if (cores is not null && task.Cores.Length == 0 && task.CoresGeneration != cores.Generation) Rebind(task);
    }

    // Shared pages count once for each process that maps them: the sum is an upper bound, as the limit's message says.
    private void CheckMemory(ShimTask task)
    {
        long pages = 0;
        foreach (var process in Members(task)) pages += process.ResidentPages;
        var used = pages * Environment.SystemPageSize / 1024;
        task.PeakTreeKiB = Math.Max(task.PeakTreeKiB, used);
        if (used <= task.Plan.MemoryMiB * 1024) return;
        register.Stop(task.Key, ExitCause.OutOfMemory, ExitClassifier.OutOfMemory(used, task.Plan.MemoryMiB));
        if (task.StopCause is not null) Kill(task);
    }

    // Looking means reading all of /proc: often only while a task is young (most memory is taken early) or over half of its limit.
    private static bool IsHot(ShimTask task, long now) => task.WantsMemoryWatch
        && (now - task.StartedTick < 10 * Period || task.PeakTreeKiB > task.Plan.MemoryMiB * 512);

    private void Weigh(ShimTask task)
    {
        task.Weighed = true;
        Join(task, groups!.MakeLate(task.Key, groups.Plan(TaskLimits.Of(task.Plan, task.Cores, topology)), task.Groups, () => Pids(task)));
    }

    // A task that ended meanwhile has given its groups back already: these go too.
    private void Join(ShimTask task, IReadOnlyList<TaskGroup> made)
    {
        lock (register.Gate)
            if (task.Phase == ShimTaskPhase.Running)
            {
                task.Groups = [.. task.Groups, .. made];
                return;
            }
        groups!.Remove(made);
    }

    private int[] Pids(ShimTask task)
    {
        _tree = null; // as they are now
        return [.. Members(task).Select(p => p.Pid)];
    }

    // CPUs that went offline are nobody's; who had one of them gets another, or shares.
    private void LookAtCpus(long now)
    {
        _cpusLooked = now;
        if (_online.Changed() is not { } online) return;
        groups?.CpusChanged();
        if (cores is null) return;
        foreach (var task in _live)
        {
            int[] given;
            lock (register.Gate)
            {
                cores.SetOnline(online);
                if (task.Phase != ShimTaskPhase.Running || task.Cores.Length == 0) continue;
                given = cores.Replace(task.Cores);
                if (given.SequenceEqual(task.Cores)) continue;
                register.GiveCores(task, given);
            }
            TaskGroups.SetCpus(task.Groups, given.Length > 0 ? given : cores.Shared);
            BindAll(task, given.Length > 0 ? given : [.. cores.Shared]);
        }
    }

    private void Rebind(ShimTask task)
    {
        int[] shared;
        lock (register.Gate)
        {
            shared = [.. cores!.Shared];
            task.CoresGeneration = cores.Generation;
        }
        BindAll(task, shared);
    }

    private void BindAll(ShimTask task, int[] cpus)
    {
        foreach (var process in Members(task))
            foreach (var thread in root.List($"/proc/{process.Pid}/task"))
                if (int.TryParse(thread, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) Sys.SetAffinity(id, cpus);
    }

    private void Signal(ShimTask task, long now)
    {
        var grace = task.StopGrace ?? task.Plan.KillGrace;
        if (!task.Terminated && grace > TimeSpan.Zero && task.StopCause != ExitCause.OutOfMemory)
        {
            task.Terminated = true;
            task.KillAt = now + (long)grace.TotalMilliseconds;
            SignalTree(task, Signals.Terminate);
        }
        else if (!task.Terminated || now >= task.KillAt)
        {
            Kill(task);
        }
    }

    private void Kill(ShimTask task)
    {
        task.Terminated = true;
        task.KillAt = Environment.TickCount64 + FastPeriod; // again, until nothing is left that forks faster than it is found
        // What outlives that is brought where nothing can be born while it is ended.
        if (++task.KillPasses > 1 && groups?.MakeForEnding(task.Key, task.Groups, () => Pids(task)) is { } trap) Join(task, [trap]);
        SignalTree(task, Signals.Kill);
    }

    private void SignalTree(ShimTask task, int signal)
    {
        if (signal == Signals.Kill) Orphans.EndGroup(task);
        var rest = Members(task);
        lock (register.Gate)
        {
            if (task.Phase != ShimTaskPhase.Running) return;
            _ = Sys.Kill(-task.Pid, signal);
        }
        foreach (var process in rest)
            if (process.ProcessGroup != task.Pid) _ = Sys.Kill(process.Pid, signal);
        _tree = null;
    }

    private IReadOnlyList<ProcessStat> Members(ShimTask task) =>
        (_tree ??= ProcessTree.Read(root)).Members(task.Pid, Environment.ProcessId, register.Mark(task.Key));

    private bool IsAlive(ShimTask task) => ProcessStat.TryRead(root, task.Pid, out var stat) && stat.State is not ('Z' or 'X')
        && stat.StartTicks >= task.FirstTick && stat.StartTicks <= task.LastTick;

    private void EndAdopted(ShimTask task)
    {
        lock (register.Gate) task.Phase = ShimTaskPhase.Ending;
        foreach (var process in Members(task)) _ = Sys.Kill(process.Pid, Signals.Kill);
        _tree = null;
        register.End(task, Reaper.Close(task, groups, null, TimeSpan.Zero, 0));
    }

    // Orphans whose task has ended meanwhile; one that hides its lease is left alone while it could belong to a living task.
    private void EndStrays()
    {
        foreach (var pid in orphans.List())
        {
            if (!ProcessStat.TryRead(root, pid, out var stat) || stat.State is 'Z' or 'X') continue;
            if (_live.Exists(t => t.Pid == stat.Session && t.Pid != 0)) continue;
            var lease = orphans.LeaseOf(pid);
            var owned = lease.Length == 0 ? _live.Count > 0 : _live.Exists(t => register.Mark(t.Key) == lease);
            if (!owned) _ = Sys.Kill(pid, Signals.Kill);
        }
    }
}
