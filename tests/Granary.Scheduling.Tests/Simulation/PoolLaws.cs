using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Simulation;

/// <summary>What must hold at every moment of every run.</summary>
internal sealed class PoolLaws(VirtualPool pool)
{
    private int _checks;
    private int _startsSeen;
    private long _lastToken;

    public int Refused { get; set; }

    public void Check()
    {
        TokensGrow();
        var leases = List(TaskState.Placed, TaskState.Running);
        Assert.Equal(leases.Length, leases.Select(t => t.Token).Distinct().Count());
        Assert.Equal(leases.Length, leases.Select(t => t.Id).Distinct().Count());
        NothingOverCapacity(leases);
        NothingOverLimits(leases);
        // What waits is many: looked at now and then.
        if (_checks++ % 50 == 0) CountsAgree(leases, List(TaskState.Queued));
    }

    private TaskView[] List(params TaskState[] states) =>
        [.. pool.Scheduler.List(new TaskQuery { Limit = 10_000, States = states }, pool.Now)];

    private void TokensGrow()
    {
        for (; _startsSeen < pool.Starts.Count; _startsSeen++)
        {
            var token = pool.Starts[_startsSeen].Assignment.Lease.Token;
            Assert.True(token > _lastToken, $"token {token} after {_lastToken}");
            _lastToken = token;
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
        foreach (var (_, start) in StartsNow())
            Assert.True(pool.Scheduler.Overcommitted(start.Lease.Node) is false, $"node {start.Lease.Node} is over its capacity at {pool.Seconds} s");
    }

    private IEnumerable<(long At, Assignment Assignment)> StartsNow()
    {
        for (var i = pool.Starts.Count - 1; i >= 0 && pool.Starts[i].At == pool.Now; i--) yield return pool.Starts[i];
    }

    private void NothingOverLimits(TaskView[] leases)
    {
        foreach (var share in pool.Scheduler.Shares(pool.Now))
        {
            Assert.Equal(leases.Where(t => t.Spec.Agent == share.Agent).Sum(t => t.Spec.Resources.CpuMilli), share.Used.CpuMilli);
            // A limit lowered under what is held stops what is new.
            if (share.Spec.Limit.CpuMilli > 0 && StartsNow().Any(s => s.Assignment.Spec.Agent == share.Agent))
                Assert.True(share.Used.CpuMilli <= share.Spec.Limit.CpuMilli, $"agent {share.Agent} is over its limit");
        }
        foreach (var group in pool.Scheduler.GroupShares())
        {
            var members = pool.Scheduler.Shares(pool.Now).Where(s => (s.Spec.Group + "/").StartsWith(group.Spec.Path + "/", StringComparison.Ordinal)).ToArray();
            Assert.Equal(members.Sum(s => s.Used.CpuMilli), group.Used.CpuMilli);
            if (group.Spec.Limit.CpuMilli > 0 && StartsNow().Any(s => members.Any(m => m.Agent == s.Assignment.Spec.Agent)))
                Assert.True(group.Used.CpuMilli <= group.Spec.Limit.CpuMilli, $"group {group.Spec.Path} is over its limit");
        }
    }

    private void CountsAgree(TaskView[] leases, TaskView[] queued)
    {
        var view = pool.Scheduler.Describe(pool.Now);
        Assert.Equal(queued.Length, view.Queued);
        Assert.Equal(leases.Count(t => t.State == TaskState.Placed), view.Placed);
        Assert.Equal(leases.Count(t => t.State == TaskState.Running), view.Running);
        Assert.Equal(view.Queued, view.Waiting.Values.Sum());
        Assert.Equal(pool.Final.Count, view.Succeeded + view.Failed + view.Cancelled + view.Rejected + view.Lost);
        Assert.Equal(pool.Scheduler.NextNumber - 1, pool.Final.Count + queued.Length + leases.Length);
        foreach (var waiting in queued)
        {
            Assert.NotEqual(WaitReason.None, waiting.WaitReason);
            Assert.NotEqual("", waiting.Reason);
        }
    }
}
