using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Tests.Placement.Gpu;

/// <summary>Random nodes and requests.</summary>
internal static class Make
{
    public static GpuRequest Request(ref SplitMix64 random)
    {
        int cpu = 500 * random.Next(40), memory = 256 * random.Next(40);
        var models = random.Next(4) == 0 ? 1UL << random.Next(2) : 0;
        return random.Next(4) switch
        {
            0 => new(cpu, memory),
            1 => new(cpu, memory, 1 + random.Next(4), 1000, models),
            _ => new(cpu, memory, 1, 1 + (50 * random.Next(20)), models),
        };
    }

    public static GpuNodes Nodes(ref SplitMix64 random, int count)
    {
        var nodes = new GpuNode[count];
        foreach (ref var node in nodes.AsSpan())
            node = new(1000 * random.Next(64), 1024 * random.Next(256), random.Next(GpuNodes.MaxGpus + 1), (ulong)random.Next(3));
        return new GpuNodes(nodes);
    }
}
