using Granary.Model;

namespace Granary.Scheduling.Tests.Simulation;

/// <summary>Short words for what tests submit.</summary>
internal static class Make
{
    public static ResourceSet Cpu(double cores) => new() { CpuMilli = (long)Math.Round(cores * 1000) };

    public static ResourceSet Resources(double cores, long memoryMiB = 0, double gpus = 0) =>
        new() { CpuMilli = (long)Math.Round(cores * 1000), MemoryMiB = memoryMiB, GpuMilli = (long)Math.Round(gpus * 1000) };

    public static TaskSpec Task(string agent, double cores = 1, double seconds = 1, double? deadline = null, int priority = 0, string name = "") => new()
    {
        Agent = agent,
        Name = name,
        Command = ["true"],
        Resources = Cpu(cores),
        Duration = TimeSpan.FromSeconds(seconds),
        Deadline = deadline is { } d ? TimeSpan.FromSeconds(d) : null,
        Priority = priority,
    };
}
