using Granary.Scheduling.Placement.Gpu;
using Granary.Scheduling.Placement.Gpu.Scores;

namespace Granary.Scheduling.Tests.Placement.Gpu;

public sealed class ScoredPolicyTests
{
    /// <summary>Remembered scores choose as scoring every node anew does, also after more changes than the log of changes holds, and with many kinds.</summary>
    [Theory]
    [InlineData(30, 4000, 60)]
    [InlineData(200, 4000, 700)]
    [InlineData(3, 40_000, 4)]
    public void Remembered_scores_choose_as_fresh_ones(int count, int steps, int kinds)
    {
        var random = new SplitMix64((ulong)count);
        var nodes = Make.Nodes(ref random, count);
        var requests = Enumerable.Range(0, kinds).Select(_ => Make.Request(ref random)).ToArray();
        var workload = GpuWorkload.Of(requests);
        var score = new FragmentationScore(new Fragmentation(workload));
        var policy = new ScoredPolicy<FragmentationScore>("fgd", score);
        var held = new Queue<(int Node, GpuRequest Request, uint Devices)>();
        for (var step = 0; step < steps; step++)
        {
            // The first kind is asked at the beginning and then only at the end, when the log of changes has been overwritten.
            var request = step == 0 || step > steps - 10 ? requests[0] : requests[1 + random.Next(kinds - 1)];
            var expected = Best(nodes, request, score);
            var chosen = policy.Choose(nodes, request, out var devices);
            Assert.Equal(expected, chosen);
            if (chosen >= 0)
            {
                nodes.Place(chosen, request, devices);
                held.Enqueue((chosen, request, devices));
            }
            if (held.Count > 0 && (chosen < 0 || random.Next(10) < 4))
            {
                var (node, released, on) = held.Dequeue();
                nodes.Release(node, released, on);
            }
        }
        Assert.NotEqual(0, nodes.Changes);
    }

    [Fact]
    public void Deciding_allocates_nothing()
    {
        var random = new SplitMix64(5);
        var nodes = Make.Nodes(ref random, 100);
        var requests = Enumerable.Range(0, 20).Select(_ => Make.Request(ref random)).ToArray();
        var policy = GpuPolicies.Create(GpuPolicies.Fgd, nodes, GpuWorkload.Of(requests), 1)!;
        foreach (var request in requests) policy.Choose(nodes, request, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
        {
            foreach (var request in requests)
            {
                var node = policy.Choose(nodes, request, out var devices);
                if (node < 0) continue;
                nodes.Place(node, request, devices);
                if (round % 2 == 1) nodes.Release(node, request, devices);
            }
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void There_is_no_policy_of_another_name() =>
        Assert.Null(GpuPolicies.Create("worst-fit", new GpuNodes([]), GpuWorkload.Of([]), 1));

    private static int Best(GpuNodes nodes, in GpuRequest request, in FragmentationScore score)
    {
        var best = -1;
        var most = double.NegativeInfinity;
        for (var node = 0; node < nodes.Count; node++)
        {
            if (!nodes.Fits(node, request) || score.Score(nodes, node, request, out _) is var s && s <= most) continue;
            best = node;
            most = score.Score(nodes, node, request, out _);
        }
        return best;
    }
}
