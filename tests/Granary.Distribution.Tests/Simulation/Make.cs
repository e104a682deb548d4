using Granary.Model;

namespace Granary.Distribution.Tests.Simulation;

/// <summary>Small work for tests.</summary>
internal static class Make
{
    public static readonly ResourceSet OneCore = new() { CpuMilli = 1000 };

    public static WorkStage Stage(string name, int partitions, Func<int, string[]?>? at = null, params string[] after) => new()
    {
        Name = name,
        Task = new TaskSpec { Agent = "a", Command = ["true"], Resources = OneCore },
        Partitions = [.. Enumerable.Range(0, partitions).Select(p => new WorkPartition([$"in-{p}"], At: at?.Invoke(p)))],
        After = after,
    };

    public static WorkSpec Work(params WorkStage[] stages) => new() { Agent = "a", Name = "test", Stages = stages };

    public static IReadOnlyList<VirtualNode> Nodes(int count, int slots = 1) => [.. Enumerable.Range(1, count).Select(n => new VirtualNode($"n{n}", slots))];
}
