using Granary.Scheduling.Placement.Gpu;
using Granary.Simulation.Openb;

namespace Granary.Simulation.Tests.Openb;

/// <summary>A made-up cluster of mixed machines, and pods that ask for shares, devices and CPU.</summary>
internal static class SmallTrace
{
    private static readonly int[] Shares = [160, 230, 320, 470, 650, 810];

    public static OpenbTrace Make(ulong seed, int nodes, int pods)
    {
        var random = new SplitMix64(seed);
        var machines = new GpuNode[nodes];
        foreach (ref var node in machines.AsSpan())
            node = random.Next(3) switch { 0 => new(104_000, 524_288, 2, 1), 1 => new(32_000, 262_144, 4, 2), _ => new(96_000, 786_432, 8, 4) };
        var asked = new OpenbPod[pods];
        long at = 0;
        for (var i = 0; i < pods; i++)
        {
            var cpu = 1000 * (1 + random.Next(12));
            var request = random.Next(10) switch
            {
                0 => new GpuRequest(2 * cpu, 4096),
                < 5 => new GpuRequest(cpu, 4096, 1, Shares[random.Next(Shares.Length)]),
                9 => new GpuRequest(4 * cpu, 4096, 2 << random.Next(3), 1000),
                _ => new GpuRequest(cpu, 4096, 1, 1000, random.Next(5) == 0 ? 4UL : 0),
            };
            asked[i] = new OpenbPod($"p{i}", request, at, at + random.Next(1000), null);
            at += random.Next(10);
        }
        return new OpenbTrace(machines, asked);
    }
}
