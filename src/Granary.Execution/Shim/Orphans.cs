using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Execution.Processes;
using Granary.Hardware;
using Microsoft.Win32.SafeHandles;

namespace Granary.Execution.Shim;

/// <summary>
/// Processes that lost their parent and were given to us, the subreaper: children of our main thread, which starts none itself. Mostly
/// there are none, and one small read says so. They are asked for their lease once.
/// </summary>
internal sealed class Orphans(SystemRoot root)
{
    // Kept open: the kernel writes the list anew for every read from the beginning.
    private readonly SafeFileHandle? _children = Open($"/proc/self/task/{Environment.ProcessId}/children");

    private readonly ConcurrentDictionary<int, string> _leases = new();

    public IReadOnlyList<int> List()
    {
        // a kernel without CONFIG_PROC_CHILDREN has no such file: look at all processes
        if (_children is null) return [.. AllChildren()];
        Span<byte> first = stackalloc byte[512];
        var length = RandomAccess.Read(_children, first, 0);
        if (length == 0) return [];
        ReadOnlySpan<byte> text = first[..length];
        if (length == first.Length)
        {
            var all = new byte[64 * 1024];
            text = all.AsSpan(0, RandomAccess.Read(_children, all, 0));
        }
        var pids = new List<int>();
        foreach (var range in text.Split((byte)' '))
            if (Utf8Parser.TryParse(text[range], out int pid, out _)) pids.Add(pid);
        return pids;
    }

    /// <summary>The lease that an orphan was started with; read once for each.</summary>
    public string LeaseOf(int pid) => _leases.TryGetValue(pid, out var lease) ? lease : _leases[pid] = ProcessTree.LeaseOf(root, pid);

    /// <summary>It has ended and was waited for: its pid may become somebody else's.</summary>
    public void Forget(int pid) => _leases.TryRemove(pid, out _);

    /// <summary>Ends what a task left behind when its main process ended; that one is still a zombie, so its group's number is still its own.</summary>
    public void EndLeftovers(ShimTask task, string mark, TaskGroups? groups)
    {
        _ = Sys.Kill(-task.Pid, Signals.Kill);
        EndGroup(task);
        var mine = false;
        foreach (var pid in List()) mine |= LeaseOf(pid) == mark;
        if (!mine) return;
        // what is killed may have children that become orphans in their turn
        for (var pass = 0; pass < 10; pass++)
        {
            var left = Left();
            if (left.Length == 0) return;
            // what has outlived one pass starts others faster than it is found: where nothing can be born it cannot
            if (pass == 1 && groups?.MakeForEnding(task.Key, task.Groups, () => [.. Left().Select(p => p.Pid)]) is { } trap) task.Groups = [.. task.Groups, trap];
            if (pass > 0) EndGroup(task);
            foreach (var process in left) _ = Sys.Kill(process.Pid, Signals.Kill);
        }

        ProcessStat[] Left() => [.. ProcessTree.Read(root).Members(task.Pid, Environment.ProcessId, mark).Where(p => p.Pid != task.Pid)];
    }

    /// <summary>Ends all that is in a task's groups: in one of them nothing can be born meanwhile, where there is such a one.</summary>
    public static void EndGroup(ShimTask task)
    {
        var best = task.Groups.FirstOrDefault(g => g.Controllers.Contains(CgroupController.Freezer)) ?? task.Groups.FirstOrDefault();
        // mostly nothing is left, and then nothing has to be frozen
        if (best is null || !best.Members().Any(pid => pid != task.Pid)) return;
        _ = best.KillAll(pid => Sys.Kill(pid, Signals.Kill));
    }

    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private IEnumerable<int> AllChildren()
    {
        foreach (var name in root.List("/proc"))
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ProcessStat.TryRead(root, pid, out var stat) && stat.Parent == Environment.ProcessId) yield return pid;
    }
}
