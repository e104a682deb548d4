using Granary.Abstractions;
using Granary.Distribution.Jobs;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

/// <summary>Work that never gets on.</summary>
internal sealed class FakeWork(FakeCluster cluster, string id) : IDistributedWorkGrain
{
    public Task<WorkView> Distribute(WorkSpec spec)
    {
        cluster.Check();
        if (!cluster.Works.ContainsKey(id)) cluster.Works[id] = new WorkJob(id, spec, Now);
        return Monitor();
    }

    public Task<WorkView> Monitor() => Task.FromResult(Known.View(Now));

    public Task<IReadOnlyList<PartitionView>> Partitions(int from, int count) => Task.FromResult(Known.Partitions(from, count));

    public Task<WorkView> Cancel(string reason)
    {
        Known.Cancel(reason, Now);
        return Monitor();
    }

    public Task<bool> Wake() => throw new InvalidOperationException("REST does not call this");

    public Task Forget() => throw new InvalidOperationException("REST does not call this");

    private WorkJob Known => cluster.Works.GetValueOrDefault(id) ?? throw GranaryException.NotFound($"no work {id}; 'granary work' lists what there is");

    private long Now => cluster.Now.ToUnixTimeMilliseconds() * 1000;
}

/// <summary>The list of <see cref="FakeCluster.Works"/>.</summary>
internal sealed class FakeWorkList(FakeCluster cluster) : IWorkListGrain
{
    public Task<IReadOnlyList<WorkEntry>> List() => Task.FromResult<IReadOnlyList<WorkEntry>>([.. cluster.Works.Values.Select(w =>
        new WorkEntry(w.Id, w.Spec.Name, w.Spec.Agent, w.Spec.Pool, cluster.Now, w.State != WorkState.Running))]);

    public Task Add(WorkEntry entry) => throw new InvalidOperationException("REST does not call this");

    public Task Ended(string id) => throw new InvalidOperationException("REST does not call this");

    public Task Wake() => throw new InvalidOperationException("REST does not call this");
}
