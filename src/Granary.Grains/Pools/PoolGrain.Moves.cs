using Granary.Abstractions;

namespace Granary.Grains.Pools;

public sealed partial class PoolGrain
{
    public async Task<MigrateReply> Migrate(MigrateRequest request)
    {
        if (_front is not null) return await _front.Migrate(request);
        var batch = Open();
        CheckExists();
        var reply = _scheduler.Migrate(request, Now, batch.Events, batch);
        await CommitAsync(batch);
        return reply;
    }

    public async Task<RebalancePlan> Rebalance(RebalanceRequest request)
    {
        if (_front is not null) return await _front.Rebalance(request);
        var batch = Open();
        CheckExists();
        var plan = _scheduler.Rebalance(request, Now, batch.Events, batch);
        if (plan.Applied) await CommitAsync(batch);
        return plan;
    }
}
