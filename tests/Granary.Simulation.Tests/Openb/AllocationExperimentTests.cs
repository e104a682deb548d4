using Granary.Scheduling.Placement.Gpu;
using Granary.Simulation.Openb;

namespace Granary.Simulation.Tests.Openb;

public sealed class AllocationExperimentTests
{
    /// <summary>Two whole devices, asked for one by one: as much is given as is asked until all is.</summary>
    [Fact]
    public void What_is_asked_is_given_while_there_is_room()
    {
        var trace = Trace([new GpuNode(4000, 0, 2)], new GpuRequest(1000, 0, 1, 1000), 3);
        var curve = Run(trace, GpuPolicies.FirstFit, seed: 1, mostLoad: 2);
        Assert.Equal(4, curve.Arrived);
        Assert.Equal(2, curve.Placed);
        Assert.Equal(0.5, curve.At(0.5));
        Assert.Equal(1, curve.At(1));
        Assert.Equal(1, curve.At(1.5));
        Assert.Null(curve.At(0.7));
        Assert.Null(curve.At(9));
        Assert.Equal(1, curve.Final);
    }

    /// <summary>Shares of 600 leave 400 of each device that nothing takes.</summary>
    [Fact]
    public void Shares_that_leave_too_little_leave_it_idle()
    {
        var trace = Trace([new GpuNode(64_000, 0, 4)], new GpuRequest(1000, 0, 1, 600), 20);
        Assert.Equal(0.6, Run(trace, GpuPolicies.Fgd, seed: 1).Final, 9);
    }

    /// <summary>What the trace asks above the load is taken out again.</summary>
    [Fact]
    public void A_trace_that_asks_too_much_is_thinned()
    {
        var trace = Trace([new GpuNode(64_000, 0, 4)], new GpuRequest(1000, 0, 1, 500), 100);
        Assert.Equal(10, Run(trace, GpuPolicies.Fgd, seed: 1).Arrived);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_same_seed_gives_the_same_run(string policy)
    {
        var trace = SmallTrace.Make(seed: 3, nodes: 40, pods: 300);
        var first = Run(trace, policy, seed: 1);
        Assert.Equal(first.Digest, Run(trace, policy, seed: 1).Digest);
        Assert.NotEqual(first.Digest, Run(trace, policy, seed: 2).Digest);
    }

    public static TheoryData<string> Policies() => [.. GpuPolicies.Names];

    private static OpenbTrace Trace(GpuNode[] nodes, GpuRequest request, int pods) =>
        new(nodes, [.. Enumerable.Range(0, pods).Select(i => new OpenbPod($"p{i}", request, null, null, null))]);

    private static AllocationCurve Run(OpenbTrace trace, string policy, ulong seed, double mostLoad = AllocationExperiment.FullLoad) =>
        AllocationExperiment.Run(
            trace, GpuWorkload.Of(trace.Pods.Select(p => p.Request)), (nodes, mix, own) => GpuPolicies.Create(policy, nodes, mix, own)!, seed, mostLoad);
}
