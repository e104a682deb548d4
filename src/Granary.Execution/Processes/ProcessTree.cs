using System.Globalization;
using Granary.Hardware;

namespace Granary.Execution.Processes;

/// <summary>
/// All processes of the machine at one moment, to find who belongs to a task: its session and process group, their descendants, and
/// what detached itself (a double fork into another session), known by the lease in its environment.
/// </summary>
internal sealed class ProcessTree
{
    private readonly SystemRoot _root;
    private readonly List<ProcessStat> _all = [];

    private ProcessTree(SystemRoot root) => _root = root;

    public static ProcessTree Read(SystemRoot root)
    {
        var tree = new ProcessTree(root);
        foreach (var name in root.List("/proc"))
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ProcessStat.TryRead(root, pid, out var stat) && stat.State is not ('Z' or 'X'))
                tree._all.Add(stat);
        return tree;
    }

    /// <summary>Living members of the tree that <paramref name="main"/> leads, itself included.</summary>
    /// <param name="main">Leader of the session.</param>
    /// <param name="foster">The process that orphans are given to: its children are asked for their lease.</param>
    /// <param name="lease">Value of <see cref="LaunchEnvironment.LeaseVariable"/>.</param>
    public IReadOnlyList<ProcessStat> Members(int main, int foster, string lease)
    {
        var found = new HashSet<int>();
        foreach (var p in _all)
            if (p.Pid == main || p.Session == main || p.ProcessGroup == main
                || (p.Parent == foster && LeaseOf(_root, p.Pid) == lease)) found.Add(p.Pid);
        for (var grew = true; grew;)
        {
            grew = false;
            foreach (var p in _all)
                if (found.Contains(p.Parent) && found.Add(p.Pid)) grew = true;
        }
        return [.. _all.Where(p => found.Contains(p.Pid))];
    }

    /// <summary>Every process that carries a lease, with its value; used once, when a shim has to find what an earlier one started.</summary>
    public IEnumerable<(ProcessStat Process, string Lease)> WithLease()
    {
        foreach (var p in _all)
            if (LeaseOf(_root, p.Pid) is { Length: > 0 } lease) yield return (p, lease);
    }

    /// <summary>The lease a process was started with; empty when it has none or may not be read.</summary>
    public static string LeaseOf(SystemRoot root, int pid)
    {
        const string Key = LaunchEnvironment.LeaseVariable + "=";
        foreach (var entry in (root.Read($"/proc/{pid}/environ") ?? "").Split('\0'))
            if (entry.StartsWith(Key, StringComparison.Ordinal)) return entry[Key.Length..];
        return "";
    }
}
