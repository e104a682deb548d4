using Granary.Abstractions;
using Granary.Model;

namespace Granary.Grains.Pools;

/// <summary>What a pool's cohort asks of it.</summary>
public sealed partial class PoolGrain
{
    public async Task<NodeUpReply> HostUp(string node, IReadOnlyList<Lease> live)
    {
        if (_front is not null) return await _front.HostUp(node, live);
        var batch = Open();
        var reply = _scheduler.HostUp(node, live, Now, batch.Events, batch);
        await CommitAsync(batch);
        return reply;
    }

    public async Task<CohortStanding> Standing(bool withAgents)
    {
        var standing = _scheduler.Standing(withAgents);
        // what is told must be durable: the cohort gives a lender its room back on a borrower's word
        if (!_open.IsEmpty || _writing is not null) await CommitAsync(_open);
        return standing;
    }

    public async Task<IReadOnlyList<Loan>> Carry(CohortOrders orders)
    {
        var batch = Open();
        var granted = _scheduler.Carry(orders, Now, batch.Events, batch);
        await CommitAsync(batch);
        return granted;
    }

    /// <summary>The pool's cohort must ask it in every round. Nobody waits for this: a cohort calls its pools.</summary>
    private void WakeCohorts()
    {
        if (!_scheduler.InCohort) return;
        foreach (var cohort in _scheduler.Cohorts()) _ = WakeAsync(cohort);
    }

    private async Task WakeAsync(string cohort)
    {
        try
        {
            await grains.GetGrain<ICohortGrain>(cohort).Wake(_pool);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogCohortNotWoken(log, cohort, _pool, e.Message);
        }
    }
}
