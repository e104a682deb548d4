using System.Globalization;
using Granary.Execution.Posix;
using Granary.Hardware;

namespace Granary.Execution.Limits;

/// <summary>
/// Makes and removes the control groups of one shim's tasks, all below one directory that carries the shim's instance name. Version 1
/// has separate hierarchies: memory groups are made at the start of a task, which must not outrun its limit; CPU weights are given
/// only to tasks that live a while, since entering a group costs about a millisecond.
/// </summary>
internal sealed class TaskGroups
{
    private readonly CgroupVersion _version;
    private readonly string _memory;
    private readonly string _cpu;
    private readonly List<TaskGroup> _removing = [];

    private TaskGroups(CgroupVersion version, string memory, string cpu)
    {
        _version = version;
        _memory = memory;
        _cpu = cpu;
    }

    /// <summary>Whether a weight can be given to a task that has no memory group.</summary>
    public bool HasCpu => _cpu.Length > 0;

    /// <summary>Version 1: memory and CPU are different groups.</summary>
    public bool HasSeparateCpu => HasCpu && _cpu != _memory;

    /// <param name="system">Where groups can be made.</param>
    /// <param name="instance">Part of the directory's name.</param>
    /// <param name="remember">File that names the directories, for the next shim: it may be started in another group than this one.</param>
    /// <returns>Null when groups cannot be made here.</returns>
    public static TaskGroups? Open(CgroupFileSystem system, string instance, string remember)
    {
        if (!system.Usable) return null;
        if (File.Exists(remember) && File.ReadAllLines(remember) is [var version, var memory, var cpu] && Directory.Exists(memory)
            && version == system.Version.ToString())
            return new(system.Version, memory, Directory.Exists(cpu) ? cpu : "");
        var groups = Make(system, instance);
        if (groups is not null) File.WriteAllLines(remember, [system.Version.ToString(), groups._memory, groups._cpu]);
        return groups;
    }

    private static TaskGroups? Make(CgroupFileSystem system, string instance)
    {
        if (system.Version == CgroupVersion.V1)
        {
            var memory = $"{system.MemoryPath}/granary-{instance}";
            var cpu = system.CpuPath.Length == 0 ? "" : $"{system.CpuPath}/granary-{instance}";
            if (!Make(memory)) return null;
            return new(CgroupVersion.V1, memory, cpu.Length > 0 && Make(cpu) ? cpu : "");
        }

        // A group with processes in it cannot have controlled children (cgroups(7), "no internal processes"), unless it is the root.
        foreach (var parent in new[] { system.MemoryPath, system.MountPath }.Distinct())
        {
            var own = $"{parent}/granary-{instance}";
            if (!Make(own)) continue;
            _ = Write($"{parent}/cgroup.subtree_control", "+memory +cpu");
            if (File.Exists($"{own}/memory.max") && Write($"{own}/cgroup.subtree_control", "+memory +cpu"))
                return new(CgroupVersion.V2, own, own);
            _ = new TaskGroup(CgroupVersion.V2, own).TryRemove();
        }
        return null;
    }

    /// <returns>Null when the group or its limit could not be made: the caller then watches the memory itself.</returns>
    public TaskGroup? ForMemory(LeaseKey key, long memoryMiB, long cpuMilli)
    {
        var group = new TaskGroup(_version, $"{_memory}/{Name(key)}");
        var bytes = (memoryMiB * 1024 * 1024).ToString(CultureInfo.InvariantCulture);
        if (!Make(group.Directory)) return null;
        if (!Write(group.Directory + (_version == CgroupVersion.V2 ? "/memory.max" : "/memory.limit_in_bytes"), bytes))
        {
            Remove(group);
            return null;
        }
        // no swap beyond the limit, where the kernel counts swap
        if (_version == CgroupVersion.V2) _ = Write(group.Directory + "/memory.swap.max", "0");
        else _ = Write(group.Directory + "/memory.memsw.limit_in_bytes", bytes);
        if (_version == CgroupVersion.V2 && cpuMilli > 0) Weigh(group.Directory, cpuMilli);
        return group;
    }

    /// <summary>A group that gives a CPU weight; the caller moves the processes in. Null when it cannot be made.</summary>
    public TaskGroup? ForCpu(LeaseKey key, long cpuMilli)
    {
        if (!HasCpu) return null;
        var group = new TaskGroup(_version, $"{_cpu}/{Name(key)}");
        if (!Make(group.Directory)) return null;
        Weigh(group.Directory, cpuMilli);
        return group;
    }

    /// <summary>Finds the groups of a task that an earlier shim made.</summary>
    public (TaskGroup? Memory, TaskGroup? Cpu) Find(LeaseKey key)
    {
        var memory = $"{_memory}/{Name(key)}";
        var cpu = $"{_cpu}/{Name(key)}";
        return (Directory.Exists(memory) ? new TaskGroup(_version, memory) : null,
            HasCpu && cpu != memory && Directory.Exists(cpu) ? new TaskGroup(_version, cpu) : null);
    }

    /// <summary>Removes a group now, or later when its last process is gone.</summary>
    public void Remove(TaskGroup group)
    {
        if (group.TryRemove()) return;
        lock (_removing) _removing.Add(group);
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

    /// <summary>Removes what an earlier shim left behind, except for tasks that still live.</summary>
    public void RemoveOrphans(IEnumerable<LeaseKey> live)
    {
        var keep = live.Select(Name).ToHashSet(StringComparer.Ordinal);
        foreach (var parent in new[] { _memory, _cpu }.Where(p => p.Length > 0).Distinct())
            foreach (var directory in Directory.EnumerateDirectories(parent))
                if (!keep.Contains(Path.GetFileName(directory))) Remove(new TaskGroup(_version, directory));
    }

    /// <summary>At the end of the shim: only empty groups can go, so a living task loses nothing.</summary>
    public void Close()
    {
        RemoveLeft();
        _ = new TaskGroup(_version, _memory).TryRemove();
        if (HasCpu) _ = new TaskGroup(_version, _cpu).TryRemove();
    }

    // v1: 1024 shares are one core's weight. v2: 100 is the default weight, 1 to 10000
    private void Weigh(string directory, long cpuMilli)
    {
        if (_version == CgroupVersion.V1)
            _ = Write(directory + "/cpu.shares", Math.Clamp(cpuMilli * 1024 / 1000, 2, 262_144).ToString(CultureInfo.InvariantCulture));
        else
            _ = Write(directory + "/cpu.weight", Math.Clamp(cpuMilli / 10, 1, 10_000).ToString(CultureInfo.InvariantCulture));
    }

    private static string Name(LeaseKey key) => $"{key.Task.Pool}-{key.Task.Number}-{key.Token}";

    private static bool Make(string directory) => Sys.MakeDirectory(directory) is 0 or Errno.Exists;

    internal static bool Write(string file, string text)
    {
        try
        {
            // never creates: outside a cgroup file system a missing file must stay missing
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
