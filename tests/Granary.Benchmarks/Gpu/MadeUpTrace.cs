using Granary.Scheduling.Placement.Gpu;
using Granary.Simulation.Openb;

namespace Granary.Benchmarks.Gpu;

/// <summary>A cluster of 1,213 mixed machines and 8,000 pods, where the real trace is not at hand.</summary>
internal static class MadeUpTrace
{
    private static readonly int[] Shares = [160, 230, 320, 460, 470, 550, 590, 650, 810];

    public static OpenbTrace Make()
    {
        var random = new SplitMix64(1);
        var nodes = new GpuNode[1213];
        foreach (ref var node in nodes.AsSpan())
            node = random.Next(10) switch { < 5 => new(96_000, 786_432, 8, 1), < 8 => new(104_000, 524_288, 2, 2), 8 => new(16_000, 131_072, 2, 4), _ => new(32_000, 262_144, 4, 8) };
        var pods = new OpenbPod[8000];
        for (var i = 0; i < pods.Length; i++)
        {
            var cpu = 1000 * (3 + random.Next(12));
            var request = random.Next(100) switch
            {
                < 13 => new GpuRequest(cpu * 2, 16_384),
                < 51 => new GpuRequest(cpu, 16_384, 1, Shares[random.Next(Shares.Length)]),
                < 99 => new GpuRequest(cpu, 16_384, 1, 1000),
                _ => new GpuRequest(cpu * 4, 65_536, 8, 1000),
            };
            pods[i] = new OpenbPod($"pod-{i}", request, null, null, null);
        }
        return new OpenbTrace(nodes, pods);
    }
}
