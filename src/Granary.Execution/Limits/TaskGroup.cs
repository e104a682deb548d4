using System.Globalization;
using Granary.Hardware;

namespace Granary.Execution.Limits;

/// <summary>One control group of one task. Reading something that is gone gives zero or nothing.</summary>
internal sealed class TaskGroup(CgroupVersion version, string directory, IReadOnlyList<CgroupController> controllers)
{
    // a process that cannot be frozen (in a system call that does not end) would keep us waiting for ever
    private const int MostFreezePasses = 200;

    public string Directory { get; } = directory;

    public CgroupVersion Version => version;

    public IReadOnlyList<CgroupController> Controllers => controllers;

    private bool CanFreeze => controllers.Contains(CgroupController.Freezer);

    /// <summary>Moves a process in; what it starts from then on is in too.</summary>
    public bool Enter(int pid) => GroupFile.Write(Directory + "/cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Processes that the kernel ended because the group was over its limit. Kernels before 4.13 count only how often the limit was met: then a
    /// task that SIGKILL ended is taken to be one.
    /// </summary>
    public long OutOfMemoryKills(bool killed)
    {
        var kills = Field(version == CgroupVersion.V2 ? "memory.events" : "memory.oom_control", "oom_kill ");
        return kills ?? (killed && version == CgroupVersion.V1 && Number(Read("memory.failcnt")) > 0 ? 1 : 0);
    }

    public long PeakBytes() => Number(Read(version == CgroupVersion.V2 ? "memory.peak" : "memory.max_usage_in_bytes"));

    public IEnumerable<int> Members()
    {
        foreach (var line in Read("cgroup.procs").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) yield return pid;
    }

    /// <summary>Stops all its processes where they are, and waits until they have stopped.</summary>
    /// <returns>False when it cannot, or not all of them.</returns>
    public bool Freeze()
    {
        if (!CanFreeze) return false;
        for (var pass = 0; pass < MostFreezePasses; pass++)
        {
            // version 1 has to be asked again for what was just being born
            if (!(version == CgroupVersion.V2 ? GroupFile.Write(Directory + "/cgroup.freeze", "1") : GroupFile.Write(Directory + "/freezer.state", "FROZEN"))) return false;
            if (IsFrozen) return true;
            Thread.Sleep(1);
        }
        return false;
    }

    public bool IsFrozen => version == CgroupVersion.V2 ? Field("cgroup.events", "frozen ") == 1 : Read("freezer.state").TrimEnd() == "FROZEN";

    /// <summary>Lets them go on.</summary>
    public void Thaw()
    {
        if (!CanFreeze) return;
        if (version == CgroupVersion.V2) _ = GroupFile.Write(Directory + "/cgroup.freeze", "0");
        else _ = GroupFile.Write(Directory + "/freezer.state", "THAWED");
    }

    /// <summary>
    /// Ends all its processes so that none can start another meanwhile: by the kernel's own switch, else frozen first. Without either they are
    /// only signalled, and one that was just being born is missed.
    /// </summary>
    /// <returns>True when none can have been missed.</returns>
    public bool KillAll(Action<int> kill)
    {
        if (version == CgroupVersion.V2 && GroupFile.Write(Directory + "/cgroup.kill", "1")) return true;
        var frozen = Freeze();
        foreach (var pid in Members()) kill(pid);
        if (CanFreeze) Thaw();
        return frozen;
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

    private long? Field(string file, string name)
    {
        foreach (var line in Read(file).Split('\n'))
            if (line.StartsWith(name, StringComparison.Ordinal)) return Number(line[name.Length..]);
        return null;
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

    // counters are 64 bits without a sign: one that is near its end is large, not nothing
    private static long Number(string text) =>
        ulong.TryParse(text, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? (long)Math.Min(value, long.MaxValue) : 0;
}
