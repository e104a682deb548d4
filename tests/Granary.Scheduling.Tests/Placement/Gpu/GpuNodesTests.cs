using System.Numerics;
using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Tests.Placement.Gpu;

public sealed class GpuNodesTests
{
    /// <summary>Whatever is placed and released, by any policy: no device above whole or below nothing, sums right, all back in the end.</summary>
    [Theory]
    [MemberData(nameof(Policies))]
    public void Nothing_is_given_twice_and_all_comes_back(string name)
    {
        var random = new SplitMix64(11);
        var nodes = Make.Nodes(ref random, 40);
        var requests = Enumerable.Range(0, 60).Select(_ => Make.Request(ref random)).ToArray();
        var policy = GpuPolicies.Create(name, nodes, GpuWorkload.Of(requests), seed: 3)!;
        var held = new List<(int Node, GpuRequest Request, uint Devices)>();
        for (var step = 0; step < 3000; step++)
        {
            if (held.Count > 0 && random.Next(5) < 2)
            {
                var at = random.Next(held.Count);
                nodes.Release(held[at].Node, held[at].Request, held[at].Devices);
                held.RemoveAt(at);
            }
            else
            {
                var request = requests[random.Next(requests.Length)];
                var node = policy.Choose(nodes, request, out var devices);
                var anyFits = Enumerable.Range(0, nodes.Count).Any(n => nodes.Fits(n, request));
                Assert.Equal(anyFits, node >= 0);
                if (node < 0) continue;
                Assert.Equal(request.Gpus, BitOperations.PopCount(devices));
                nodes.Place(node, request, devices);
                held.Add((node, request, devices));
            }
            if (step % 100 == 0) Check(nodes, held);
        }
        Check(nodes, held);
        foreach (var (node, request, devices) in held) nodes.Release(node, request, devices);
        Check(nodes, []);
        Assert.Equal(0, nodes.GpuUsedMilli);
    }

    public static TheoryData<string> Policies() => [.. GpuPolicies.Names];

    [Fact]
    public void Shares_do_not_add_up_over_devices()
    {
        var nodes = new GpuNodes([new GpuNode(64_000, 1024, 2)]);
        nodes.Place(0, new GpuRequest(0, 0, 1, 600), 1);
        nodes.Place(0, new GpuRequest(0, 0, 1, 600), 2);
        Assert.Equal(800, nodes.TotalFree(0));
        Assert.False(nodes.Fits(0, new GpuRequest(0, 0, 1, 500)));
        Assert.True(nodes.Fits(0, new GpuRequest(0, 0, 1, 400)));
        Assert.False(nodes.Fits(0, new GpuRequest(0, 0, 1, 1000)));
        Assert.True(nodes.Fits(0, new GpuRequest(64_000, 1024)));
    }

    [Fact]
    public void What_is_not_there_cannot_be_taken_or_given_back()
    {
        var nodes = new GpuNodes([new GpuNode(1000, 1024, 2, Model: 1)]);
        var share = new GpuRequest(100, 1, 1, 600);
        nodes.Place(0, share, 1);
        Assert.Throws<InvalidOperationException>(() => nodes.Place(0, share, 1));
        Assert.Throws<InvalidOperationException>(() => nodes.Place(0, share, 4));
        Assert.Throws<InvalidOperationException>(() => nodes.Place(0, share, 3));
        Assert.Throws<InvalidOperationException>(() => nodes.Place(0, new GpuRequest(100, 1, 1, 600, models: 2), 2));
        Assert.Throws<InvalidOperationException>(() => nodes.Release(0, share, 2));
    }

    [Theory]
    [InlineData(-1, 0, 0, 0, "cpu is -1")]
    [InlineData(0, -1, 0, 0, "memory is -1")]
    [InlineData(0, 0, 17, 1000, "17 GPUs")]
    [InlineData(0, 0, 1, 1001, "1001 milli")]
    [InlineData(0, 0, 1, 0, "both must be 0 or neither")]
    [InlineData(0, 0, 0, 500, "both must be 0 or neither")]
    [InlineData(0, 0, 2, 500, "more than one GPU means whole ones")]
    public void Requests_that_mean_nothing_are_refused(int cpu, int memory, int gpus, int milli, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => new GpuRequest(cpu, memory, gpus, milli)).Message);

    [Fact]
    public void Models_are_bits()
    {
        var models = new GpuModels();
        Assert.Equal(1UL, models.Bit("T4"));
        Assert.Equal(2UL, models.Bit("A10"));
        Assert.Equal(0UL, models.Bit(""));
        Assert.Equal(3UL, models.Bits("A10|T4|"));
        Assert.Equal(0UL, models.Bits("|"));
        for (var i = models.Names.Count; i < GpuModels.Most; i++) models.Bit($"m{i}");
        Assert.Throws<ArgumentException>(() => models.Bit("one more"));
    }

    private static void Check(GpuNodes nodes, IReadOnlyCollection<(int Node, GpuRequest Request, uint Devices)> held)
    {
        long used = 0;
        for (var node = 0; node < nodes.Count; node++)
        {
            var here = held.Where(h => h.Node == node).ToArray();
            Assert.Equal(nodes.CpuCapacity(node) - here.Sum(h => h.Request.CpuMilli), nodes.CpuFree(node));
            Assert.Equal(nodes.MemoryCapacity(node) - here.Sum(h => h.Request.MemoryMiB), nodes.MemoryFree(node));
            Assert.True(nodes.CpuFree(node) >= 0 && nodes.MemoryFree(node) >= 0);
            var free = nodes.Free(node);
            for (var device = 0; device < free.Length; device++)
            {
                Assert.Equal(1000 - here.Where(h => (h.Devices >> device & 1) != 0).Sum(h => h.Request.MilliPerGpu), free[device]);
                used += 1000 - free[device];
            }
            Assert.Equal(free.ToArray().Sum(f => f), nodes.TotalFree(node));
            Assert.Equal(free.ToArray().Count(f => f == 1000), nodes.WholeFree(node));
            for (var kind = 0; kind < GpuKinds.Count; kind++)
                Assert.Equal(here.Count(h => GpuKinds.Of(h.Request) == kind), nodes.Kind(node, kind));
        }
        Assert.Equal(used, nodes.GpuUsedMilli);
    }
}
