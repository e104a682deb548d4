using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>
/// Waits for children to end, on a thread of its own. A child is first seen and left a zombie, so that its pid and group cannot be
/// given to somebody else while its leftovers are ended, then reaped for its exact status and use.
/// </summary>
internal sealed class Reaper(TaskRegister register, TaskGroups? groups, Orphans orphans)
{
    public void Start() => new Thread(Run) { IsBackground = true, Name = "reaper" }.Start();

    private void Run()
    {
        long spawns = 0;
        while (true)
        {
            var pid = Sys.AwaitAnyChild();
            if (pid == 0)
            {
                register.AwaitSpawn(ref spawns);
                continue;
            }
            var task = register.BeginEnd(pid);
            if (task is not null)
            {
                End(task);
                continue;
            }
            orphans.Forget(pid);
            _ = Sys.Reap(pid, out _, out _);
        }
    }

    private void End(ShimTask task)
    {
        orphans.EndLeftovers(task, register.Mark(task.Key), groups);
        if (!Sys.Reap(task.Pid, out var status, out var usage)) return;
        register.End(task, Close(task, groups, status, usage.CpuTime, usage.MaxResidentKiB));
    }

    /// <summary>Cuts the output, reads the group's counters, removes it, and says how the attempt ended.</summary>
    internal static ExitInfo Close(ShimTask task, TaskGroups? groups, WaitStatus? status, TimeSpan cpu, long peakKiB)
    {
        var plan = task.Plan;
        OutputLimit.Enforce(plan.Output, plan.OutputLimitBytes);
        OutputLimit.Enforce(plan.Error, plan.OutputLimitBytes);
        var peak = Math.Max(peakKiB, task.PeakTreeKiB);
        long kills = 0;
        if (task.MemoryGroup is { } group)
        {
            kills = group.OutOfMemoryKills(status?.Signal == Signals.Kill);
            // the group's is the task's alone: wait4's begins at what the shim had resident when it started the process
            if (group.PeakBytes() is > 0 and var bytes) peak = bytes / 1024;
        }
        groups?.Remove(task.Groups);
        return ExitClassifier.Classify(new EndFacts(status, task.StopCause, task.StopMessage, kills, peak, plan.MemoryMiB, cpu,
            TimeSpan.FromMilliseconds(Math.Max(0, Environment.TickCount64 - task.StartedTick))));
    }
}
