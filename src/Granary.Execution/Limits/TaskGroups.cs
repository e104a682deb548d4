using Granary.Execution.Posix;
using Granary.Hardware;

namespace Granary.Execution.Limits;

/// <summary>
/// Makes and removes the control groups of one shim's tasks. What must hold from a task's first instruction is made before its start; what may
/// come late (a weight, a set of cores) only for tasks that live a while, since entering a group costs about a millisecond. What is written is
/// planned by <see cref="GroupPlanner"/>.
/// </summary>
internal sealed class TaskGroups
{
    // processes that are born while others are moved: each pass finds their children, which are born inside
    private const int MostPasses = 10;

    private readonly List<OpenHierarchy> _open;
    private readonly CgroupLayout _layout;
    private readonly IReadOnlyList<string> _disks;
    private readonly List<TaskGroup> _removing = [];

    private TaskGroups(List<OpenHierarchy> open, CgroupLayout layout, IReadOnlyList<string> disks)
    {
        _open = open;
        _layout = layout;
        _disks = disks;
    }

    /// <param name="layout">Where groups can be made.</param>
    /// <param name="instance">Part of the directories' name.</param>
    /// <param name="remember">File that names the directories.</param>
    /// <param name="disks">Device numbers of the disks that limits of I/O are for.</param>
    /// <returns>Null when groups cannot be made here.</returns>
    public static TaskGroups? Open(CgroupLayout layout, string instance, string remember, IReadOnlyList<string> disks)
    {
        var open = GroupBases.Open(layout, instance, remember);
        return open.Count == 0 ? null : new(open, layout, disks);
    }

    public GroupPlans Plan(GroupLimits limits) => GroupPlanner.Plan(limits, _open, _disks, _layout.WhyNot);

    /// <summary>The same where no group can be made at all.</summary>
    public static GroupPlans PlanWithout(GroupLimits limits, IReadOnlyDictionary<CgroupController, string> whyNot) => GroupPlanner.Plan(limits, [], [], whyNot);

    /// <summary>Makes the groups of a plan that a task must be in before it runs.</summary>
    /// <param name="missing">Receives what the kernel did not take.</param>
    public List<TaskGroup> MakeAtStart(LeaseKey key, GroupPlans plan, List<string> missing)
    {
        var made = new List<TaskGroup>();
        foreach (var group in plan.Groups)
            if (group.AtStart && Make(key, group, missing) is { } one) made.Add(one);
        return made;
    }

    /// <summary>Makes those that a task is not in yet, and moves its processes in.</summary>
    /// <returns>The new ones.</returns>
    public List<TaskGroup> MakeLate(LeaseKey key, GroupPlans plan, IReadOnlyList<TaskGroup> have, Func<IReadOnlyList<int>> members)
    {
        var late = new List<TaskGroup>();
        foreach (var group in plan.Groups)
        {
            if (have.Any(h => h.Directory == DirectoryOf(group.Hierarchy, key)) || Make(key, group, []) is not { } made) continue;
            MoveAll(made, members);
            late.Add(made);
        }
        return late;
    }

    /// <summary>A group from which nothing can escape while its processes are ended, with them in it; null where there is no such hierarchy.</summary>
    public TaskGroup? MakeForEnding(LeaseKey key, IReadOnlyList<TaskGroup> have, Func<IReadOnlyList<int>> members)
    {
        if (have.Any(h => h.Controllers.Contains(CgroupController.Freezer))) return null;
        var at = _open.FindIndex(o => o.Controllers.Contains(CgroupController.Freezer));
        if (at < 0 || Make(key, new(at, AtStart: false, []), []) is not { } made) return null;
        // what enters a frozen group stops: so the rest gets fewer with every pass
        if (made.Version == CgroupVersion.V1) _ = made.Freeze();
        MoveAll(made, members);
        return made;
    }

    /// <summary>Finds the groups of a task that an earlier shim made. One that it had frozen goes on.</summary>
    public List<TaskGroup> Find(LeaseKey key)
    {
        var found = new List<TaskGroup>();
        for (var i = 0; i < _open.Count; i++)
        {
            if (!Directory.Exists(DirectoryOf(i, key))) continue;
            var group = GroupOf(i, key);
            group.Thaw();
            found.Add(group);
        }
        return found;
    }

    /// <summary>Removes groups now, or later when their last process is gone.</summary>
    public void Remove(IReadOnlyList<TaskGroup> groups)
    {
        foreach (var group in groups)
        {
            if (group.TryRemove()) continue;
            lock (_removing) _removing.Add(group);
        }
    }

    /// <returns>True while some are left.</returns>
    public bool RemoveLeft()
    {
        lock (_removing)
        {
            _removing.RemoveAll(g => g.TryRemove());
            return _removing.Count > 0;
        }
    }

    /// <summary>Ends and removes what an earlier shim left behind, except for tasks that still live.</summary>
    public void RemoveOrphans(IEnumerable<LeaseKey> live)
    {
        var keep = live.Select(Name).ToHashSet(StringComparer.Ordinal);
        foreach (var open in _open)
            foreach (var directory in Directory.EnumerateDirectories(open.Directory))
            {
                if (keep.Contains(Path.GetFileName(directory))) continue;
                var group = new TaskGroup(open.Version, directory, open.Controllers);
                // whoever is still in it belongs to no task that anybody knows
                if (group.Members().Any()) _ = group.KillAll(pid => Sys.Kill(pid, Signals.Kill));
                else group.Thaw();
                Remove([group]);
            }
    }

    /// <summary>CPUs have gone or come back: sets that the kernel has changed for good are made whole.</summary>
    public void CpusChanged()
    {
        for (var i = 0; i < _open.Count; i++) _open[i] = GroupBases.Refresh(_open[i]);
    }

    /// <summary>Gives a task's set of cores other ones.</summary>
    public static void SetCpus(IReadOnlyList<TaskGroup> groups, IEnumerable<int> cpus)
    {
        foreach (var group in groups)
            if (group.Controllers.Contains(CgroupController.Cpuset)) _ = GroupFile.Write(group.Directory + "/cpuset.cpus", CpuList.Format(cpus));
    }

    /// <summary>At the end of the shim: only empty groups can go, so a living task loses nothing.</summary>
    public void Close()
    {
        RemoveLeft();
        foreach (var open in _open) _ = new TaskGroup(open.Version, open.Directory, open.Controllers).TryRemove();
    }

    private TaskGroup? Make(LeaseKey key, GroupPlan plan, List<string> missing)
    {
        var group = GroupOf(plan.Hierarchy, key);
        var word = plan.Writes.FirstOrDefault(w => w.Needed)?.Word ?? "";
        if (Sys.MakeDirectory(group.Directory) is not (0 or Errno.Exists))
        {
            missing.Add($"{word}: the group {group.Directory} could not be made");
            return null;
        }
        foreach (var write in plan.Writes)
        {
            if (GroupFile.Write($"{group.Directory}/{write.File}", write.Text) || !write.Needed) continue;
            missing.Add($"{write.Word}: the kernel did not take '{write.Text}' for {group.Directory}/{write.File}");
            // a version 1 group for one thing is of no use without it; one that holds several keeps the rest
            if (plan.Writes.All(w => w.Word == write.Word))
            {
                Remove([group]);
                return null;
            }
        }
        return group;
    }

    private static void MoveAll(TaskGroup group, Func<IReadOnlyList<int>> members)
    {
        var inside = new HashSet<int>();
        for (var pass = 0; pass < MostPasses; pass++)
        {
            inside.UnionWith(group.Members());
            var moved = false;
            foreach (var pid in members())
                if (inside.Add(pid)) moved |= group.Enter(pid);
            if (!moved) return;
        }
    }

    private TaskGroup GroupOf(int hierarchy, LeaseKey key) => new(_open[hierarchy].Version, DirectoryOf(hierarchy, key), _open[hierarchy].Controllers);

    private string DirectoryOf(int hierarchy, LeaseKey key) => $"{_open[hierarchy].Directory}/{Name(key)}";

    private static string Name(LeaseKey key) => $"{key.Task.Pool}-{key.Task.Number}-{key.Token}";
}
