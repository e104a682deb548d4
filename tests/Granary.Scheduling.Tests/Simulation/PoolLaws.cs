using Granary.Model;

namespace Granary.Scheduling.Tests.Simulation;

/// <summary>What must hold at every moment of every run.</summary>
internal sealed class PoolLaws(VirtualPool pool)
{
    private readonly HashSet<string> _nodes = new(StringComparer.Ordinal);
    private int _startsSeen;
    private long _lastToken;

    public int Refused { get; set; }

    public void Check()
    {
        TokensGrow();
        var live = pool.Scheduler.List(new Granary.Abstractions.TaskQuery { Limit = 10_000 }, pool.Now);
        var leases = live.Where(t => t.State is TaskState.Placed or TaskState.Running).ToArray();
        Assert.Equal(leases.Length, leases.Select(t => t.Token).Distinct().Count());
        Assert.Equal(live.Count, live.Select(t => t.Id).Distinct().Count());
        NothingOverCapacity(leases);
        NothingOverLimits(leases);
        CountsAgree(live);
        foreach (var waiting in live.Where(t => t.State == TaskState.Queued))
        {
            Assert.NotEqual(WaitReason.None, waiting.WaitReason);
            Assert.NotEqual("", waiting.Reason);
        }
    }

    private void TokensGrow()
    {
        for (; _startsSeen < pool.Starts.Count; _startsSeen++)
        {
            var token = pool.Starts[_startsSeen].Assignment.Lease.Token;
            Assert.True(token > _lastToken, $"token {token} after {_lastToken}");
            _lastToken = token;
            _nodes.Add(pool.Starts[_startsSeen].Assignment.Lease.Node);
        }
    }

    private void NothingOverCapacity(TaskView[] leases)
    {
        foreach (var byNode in leases.GroupBy(t => t.Node))
        {
            var node = pool.Scheduler.Node(byNode.Key)!.Value;
            Assert.Equal(byNode.Sum(t => t.Spec.Resources.CpuMilli), node.Used.CpuMilli);
            Assert.Equal(byNode.Sum(t => t.Spec.Resources.MemoryMiB), node.Used.MemoryMiB);
            Assert.Equal(byNode.Sum(t => t.Spec.Resources.GpuMilli), node.Used.GpuMilli);
        }
        // A node whose capacity was lowered under its leases may be over until they end; nothing is placed there meanwhile.
        foreach (var (at, start) in pool.Starts.Where(s => s.At == pool.Now))
            Assert.True(pool.Scheduler.Overcommitted(start.Lease.Node) is false, $"node {start.Lease.Node} is over its capacity at {at}");
    }

    private void NothingOverLimits(TaskView[] leases)
    {
        foreach (var share in pool.Scheduler.Shares(pool.Now))
        {
            Assert.Equal(leases.Where(t => t.Spec.Agent == share.Agent).Sum(t => t.Spec.Resources.CpuMilli), share.Used.CpuMilli);
            // A limit lowered under what is held stops what is new.
            if (share.Spec.Limit.CpuMilli > 0 && pool.Starts.Any(s => s.At == pool.Now && s.Assignment.Spec.Agent == share.Agent))
                Assert.True(share.Used.CpuMilli <= share.Spec.Limit.CpuMilli, $"agent {share.Agent} is over its limit");
        }
    }

    private void CountsAgree(IReadOnlyList<TaskView> live)
    {
        var view = pool.Scheduler.Describe(pool.Now);
        Assert.Equal(live.Count(t => t.State == TaskState.Queued), view.Queued);
        Assert.Equal(live.Count(t => t.State == TaskState.Placed), view.Placed);
        Assert.Equal(live.Count(t => t.State == TaskState.Running), view.Running);
        Assert.Equal(view.Queued, view.Waiting.Values.Sum());
        Assert.Equal(pool.Final.Count, view.Succeeded + view.Failed + view.Cancelled + view.Rejected + view.Lost);
        Assert.Equal(pool.Scheduler.NextNumber - 1, pool.Final.Count + live.Count);
    }
}
