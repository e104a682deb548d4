using System.Globalization;
using Granary.Model;

namespace Granary.Execution.Outside;

/// <summary>A task's resources and isolation in the words of container engines and of systemd. Pure.</summary>
internal static class OutsideLimits
{
    /// <summary>Processes and threads where the task does not say: enough for all but a fork bomb.</summary>
    public const int MostProcesses = 4096;

    /// <summary>Options of <c>podman run</c> and <c>docker run</c>.</summary>
    public static List<string> OfContainer(ResourceSet resources, TaskIsolation? isolation)
    {
        List<string> words = ["--pids-limit", Number(isolation?.Processes ?? MostProcesses)];
        if (resources.MemoryMiB > 0) words.AddRange(["--memory", Number(resources.MemoryMiB) + "m", "--memory-swap", Number(resources.MemoryMiB) + "m"]);
        if (isolation?.MemoryHighMiB is { } high) words.AddRange(["--memory-reservation", Number(high) + "m"]);
        // 1024 for a core, as 100 is everywhere else
        if (Weight(resources, isolation) is { } weight) words.AddRange(["--cpu-shares", Number(Math.Clamp(weight * 1024 / 100, 2, 262144))]);
        if (isolation?.CpuQuotaMilli is { } quota) words.AddRange(["--cpus", (quota / 1000.0).ToString("0.###", CultureInfo.InvariantCulture)]);
        foreach (var (name, limit) in isolation?.Limits ?? new Dictionary<string, long>()) words.AddRange(["--ulimit", $"{name}={Number(limit)}:{Number(limit)}"]);
        return words;
    }

    /// <summary>Properties of a scope. Source: systemd.resource-control(5).</summary>
    public static List<string> OfScope(ResourceSet resources, TaskIsolation? isolation)
    {
        List<string> properties = ["TasksMax=" + Number(isolation?.Processes ?? MostProcesses)];
        if (resources.MemoryMiB > 0) properties.AddRange([$"MemoryMax={Number(resources.MemoryMiB)}M", "MemorySwapMax=0"]);
        if (isolation?.MemoryHighMiB is { } high) properties.Add($"MemoryHigh={Number(high)}M");
        if (Weight(resources, isolation) is { } weight) properties.Add("CPUWeight=" + Number(Math.Clamp(weight, 1, 10000)));
        if (isolation?.CpuQuotaMilli is { } quota) properties.Add($"CPUQuota={Number(Math.Max(1, quota / 10))}%");
        if (isolation?.IoWeight is { } io) properties.Add("IOWeight=" + Number(io));
        return properties;
    }

    /// <summary>Of a scope's isolation what is its process's, and inherited by all that it starts.</summary>
    public static TaskIsolation? OfProcess(TaskIsolation? isolation)
    {
        if (isolation is null) return null;
        var own = new TaskIsolation { Policy = isolation.Policy, Nice = isolation.Nice, IoPriority = isolation.IoPriority, HugePages = isolation.HugePages, Limits = isolation.Limits };
        return own == new TaskIsolation() ? null : own with { Strict = isolation.Strict };
    }

    /// <summary>What a strict task asks for and does not get there, in words; empty for nothing, and for one that is not strict.</summary>
    public static string Unmet(TaskIsolation? isolation, bool scope)
    {
        if (isolation is not { Strict: true }) return "";
        var met = new TaskIsolation
        {
            CpuQuotaMilli = isolation.CpuQuotaMilli,
            CpuWeight = isolation.CpuWeight,
            MemoryHighMiB = isolation.MemoryHighMiB,
            Processes = isolation.Processes,
            Limits = isolation.Limits,
            Strict = true,
            IoWeight = scope ? isolation.IoWeight : null,
            Policy = scope ? isolation.Policy : null,
            Nice = scope ? isolation.Nice : null,
            IoPriority = scope ? isolation.IoPriority : null,
            HugePages = scope ? isolation.HugePages : null,
        };
        return string.Join(", ", IsolationWords.Format(isolation).Select(w => w.Key).Except(IsolationWords.Format(met).Select(w => w.Key)));
    }

    private static long? Weight(ResourceSet resources, TaskIsolation? isolation) => isolation?.CpuWeight is { } own ? own : resources.CpuMilli > 0 ? resources.CpuMilli / 10 : null;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
