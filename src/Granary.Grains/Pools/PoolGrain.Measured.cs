namespace Granary.Grains.Pools;

public sealed partial class PoolGrain
{
    public async Task<TimeSpan> Measured(string node, long cpuMilli, long memoryMiB)
    {
        if (_front is not null) return await _front.Measured(node, cpuMilli, memoryMiB);
        var batch = Open();
        var before = batch.Events.Count;
        var next = _scheduler.Measure(node, cpuMilli, memoryMiB, Now, batch.Events, batch);
        if (batch.Events.Count > before) await CommitAsync(batch);
        return next;
    }
}
