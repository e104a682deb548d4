using System.Text;

namespace Granary.Hardware;

/// <summary>Files of the control groups that a task has to itself, of either version; each is null where the task has no such group.</summary>
internal sealed class TaskGroupFiles
{
    /// <summary><c>memory.current</c>, or <c>memory.usage_in_bytes</c>: what counts against the task's limit, page cache included.</summary>
    public byte[]? Memory { get; private set; }

    /// <summary><c>cpu.stat</c>.</summary>
    public byte[]? Cpu { get; private set; }

    /// <summary><c>io.stat</c>; version 2 only.</summary>
    public byte[]? Io { get; private set; }

    /// <summary>Version 2 counts CPU time in <c>cpu.stat</c>, in microseconds; in version 1 that file has throttling alone, in nanoseconds.</summary>
    public bool Unified { get; private set; }

    public bool IsComplete => Memory is not null && Cpu is not null;

    /// <param name="memberships"><c>/proc/PID/cgroup</c>.</param>
    /// <param name="name">Last part of a group's path that is the task's own.</param>
    public static TaskGroupFiles Find(SystemRoot root, IReadOnlyList<(string Path, string[] Controllers)> mounts, string memberships, string name)
    {
        var files = new TaskGroupFiles();
        foreach (var line in memberships.Split('\n'))
        {
            var fields = line.Split(':', 3);
            if (fields.Length < 3 || !fields[2].EndsWith("/" + name, StringComparison.Ordinal)) continue;
            var unified = fields[1].Length == 0;
            foreach (var controller in fields[1].Split(','))
            {
                var mount = mounts.FirstOrDefault(m => unified ? m.Controllers.Length == 0 : m.Controllers.Contains(controller)).Path;
                if (mount is null) continue;
                var directory = root.At(mount + fields[2]);
                if (unified)
                    (files.Memory, files.Cpu, files.Io, files.Unified) =
                        (Bytes(directory, "memory.current"), Bytes(directory, "cpu.stat"), Bytes(directory, "io.stat"), true);
                else if (controller == "memory") files.Memory = Bytes(directory, "memory.usage_in_bytes");
                else if (controller == "cpu") files.Cpu = Bytes(directory, "cpu.stat");
            }
        }
        return files;
    }

    /// <summary>Where control groups are mounted, with the controllers of version 1; none for version 2.</summary>
    public static IReadOnlyList<(string Path, string[] Controllers)> Mounts(SystemRoot root)
    {
        var mounts = new List<(string, string[])>();
        foreach (var line in (root.Read("/proc/self/mounts") ?? "").Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields.Length < 4) continue;
            if (fields[2] == "cgroup2") mounts.Add((fields[1], []));
            else if (fields[2] == "cgroup") mounts.Add((fields[1], fields[3].Split(',')));
        }
        return mounts;
    }

    private static byte[] Bytes(string directory, string file) => Encoding.UTF8.GetBytes($"{directory}/{file}\0");
}
