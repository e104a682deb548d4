using Granary.Abstractions;
using Granary.Abstractions.Diagnostics;
using Granary.Grains.Application;

namespace Granary.Grains.Pools;

/// <summary>What became of tasks goes to the pool's application metrics once it is durable; nothing waits for it.</summary>
public sealed partial class PoolGrain
{
    /// <summary>Ticks of the observing clock between two batches: 1 s.</summary>
    private const int TellEvery = 4;

    private readonly OutcomeBuffer _outcomes = new(100_000);
    private Task _telling = Task.CompletedTask;
    private TimeSpan _longestCommit;

    private void TellApplication()
    {
        if (_front is not null || !_telling.IsCompleted || _failure is not null || (_sequence == 0 && _writing is null)) return;
        var (outcomes, missed) = _outcomes.Drain();
        var view = _scheduler.Describe(Now);
        PoolMeters.Stands(_key, view);
        _telling = TellAsync(new ApplicationBatch(_key, clock.GetUtcNow(), view, outcomes, missed, _longestCommit));
        _longestCommit = TimeSpan.Zero;
    }

    private async Task TellAsync(ApplicationBatch batch)
    {
        try
        {
            await grains.GetGrain<IApplicationGrain>(_pool).Record(batch);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotCounted(log, _pool, batch.Outcomes.Count, e.Message);
        }
    }
}
