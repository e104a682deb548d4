using System.Globalization;
using Granary.Hardware;

namespace Granary.Execution.Limits;

/// <summary>The control group of one task. Reading something that is gone gives zero or nothing.</summary>
internal sealed class TaskGroup(CgroupVersion version, string directory)
{
    public string Directory { get; } = directory;

    /// <summary>A process that writes 0 here moves itself in.</summary>
    public string ProcessesFile => Directory + "/cgroup.procs";

    /// <summary>Processes that the kernel ended because the group was over its limit.</summary>
    public long OutOfMemoryKills() => Field(version == CgroupVersion.V2 ? "memory.events" : "memory.oom_control", "oom_kill ");

    public long PeakBytes() => Number(Read(version == CgroupVersion.V2 ? "memory.peak" : "memory.max_usage_in_bytes"));

    public IEnumerable<int> Members()
    {
        foreach (var line in Read("cgroup.procs").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) yield return pid;
    }

    /// <summary>False while processes are still in it.</summary>
    public bool TryRemove()
    {
        try
        {
            System.IO.Directory.Delete(Directory);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private long Field(string file, string name)
    {
        foreach (var line in Read(file).Split('\n'))
            if (line.StartsWith(name, StringComparison.Ordinal)) return Number(line[name.Length..]);
        return 0;
    }

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText($"{Directory}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
