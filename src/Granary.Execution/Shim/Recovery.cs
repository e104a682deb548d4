using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Execution.Processes;
using Granary.Hardware;

namespace Granary.Execution.Shim;

/// <summary>
/// After the death of an earlier shim: finds the processes it had started by pid and start time (or, when it died before writing
/// those down, by the lease in their environment) and goes on looking after them. Their exit codes went with their parent.
/// </summary>
internal sealed class Recovery(TaskRegister register, TaskGroups? groups, SystemRoot root)
{
    public void Run(IReadOnlyCollection<LoggedTask> logged, bool sameBoot)
    {
        Dictionary<string, ProcessStat>? marked = null;
        var live = new List<LeaseKey>();
        foreach (var entry in logged)
        {
            var task = new ShimTask(entry.Plan)
            {
                Adopted = true,
                Weighed = true,
                StartedAt = entry.StartedAt,
                StartedTick = TickOf(entry.StartedAt),
            };
            if (entry.End is not null)
            {
                task.Phase = ShimTaskPhase.Ended;
                task.End = entry.End;
                register.Adopt(task);
                continue;
            }

            var found = sameBoot && entry.Pid != 0 && ProcessStat.TryRead(root, entry.Pid, out var stat)
                && stat.State is not ('Z' or 'X') && stat.StartTicks >= entry.FirstTick && stat.StartTicks <= entry.LastTick ? stat : default;
            if (sameBoot && entry.Pid == 0)
            {
                marked ??= Marked();
                found = marked.GetValueOrDefault(register.Mark(task.Key));
            }
            register.Adopt(task);
            if (found.Pid == 0)
            {
                if (sameBoot) EndLeftovers(task, entry.Pid);
                // what its groups counted still says why it ended
                if (sameBoot && groups is not null) task.Groups = groups.Find(task.Key);
                Orphans.EndGroup(task);
                register.End(task, Reaper.Close(task, groups, null, TimeSpan.Zero, 0));
                continue;
            }
            if (groups is not null) task.Groups = groups.Find(task.Key);
            // to whatever cores the earlier shim had bound it, what is shared now is not that
            task.CoresGeneration = -1;
            register.AdoptRunning(task, found, entry.Cores ?? []);
            live.Add(task.Key);
        }
        groups?.RemoveOrphans(live);
    }

    // the main process is gone, but what it had started may be left
    private void EndLeftovers(ShimTask task, int pid)
    {
        foreach (var (process, lease) in ProcessTree.Read(root).WithLease())
            if (lease == register.Mark(task.Key) && process.Pid != pid) _ = Sys.Kill(process.Pid, Signals.Kill);
    }

    // several processes of a task carry its mark: the leader of the session is the one that was started
    private Dictionary<string, ProcessStat> Marked()
    {
        var found = new Dictionary<string, ProcessStat>(StringComparer.Ordinal);
        foreach (var (process, lease) in ProcessTree.Read(root).WithLease())
            if (process.Pid == process.Session) found.TryAdd(lease, process);
        return found;
    }

    private static long TickOf(DateTimeOffset started) => started == default
        ? Environment.TickCount64
        : Environment.TickCount64 - (long)Math.Max(0, (DateTimeOffset.UtcNow - started).TotalMilliseconds);
}
