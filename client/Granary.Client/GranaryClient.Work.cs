using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private static readonly TimeSpan WorkPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>Begins work in partitions; durable when it returns. <c>WorkFile</c> reads a spec from a file, <c>Partitioner</c> cuts inputs into partitions.</summary>
    /// <param name="spec">What, for whom, in which partitions.</param>
    /// <param name="id">A name of at most 40 characters: beginning the same work under it again changes nothing. Null for a new one.</param>
    /// <param name="ct">Stops waiting; it may have begun all the same.</param>
    public Task<WorkView> DistributeAsync(WorkSpec spec, string? id = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var grain = WorkGrain(id ?? "w-" + Guid.NewGuid().ToString("N")[..12]);
        return _calls.CallAsync(() => grain.Distribute(spec), ct);
    }

    /// <summary>How far work is.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public Task<WorkView> WorkAsync(string id, CancellationToken ct = default)
    {
        var grain = WorkGrain(id);
        return _calls.CallAsync(() => grain.Monitor(), ct);
    }

    /// <summary>All work that runs and the last that ended, newest first.</summary>
    public Task<IReadOnlyList<WorkEntry>> WorkListAsync(CancellationToken ct = default)
    {
        var grain = Cluster.GetGrain<IWorkListGrain>(IWorkListGrain.Key);
        return _calls.CallAsync(() => grain.List(), ct);
    }

    /// <summary>Every partition, with the task whose result counts.</summary>
    public async Task<IReadOnlyList<PartitionView>> PartitionsAsync(string id, CancellationToken ct = default)
    {
        const int Page = 10_000;
        var grain = WorkGrain(id);
        var all = new List<PartitionView>();
        while (true)
        {
            var page = await _calls.CallAsync(() => grain.Partitions(all.Count, Page), ct);
            all.AddRange(page);
            if (page.Count < Page) return all;
        }
    }

    /// <summary>Ends work and stops its tasks. What has ended stays as it is.</summary>
    public Task<WorkView> CancelWorkAsync(string id, string reason = "", CancellationToken ct = default)
    {
        var grain = WorkGrain(id);
        return _calls.CallAsync(() => grain.Cancel(reason), ct);
    }

    /// <summary>The work once it has ended; asks four times a second.</summary>
    /// <exception cref="GranaryException">TimedOut.</exception>
    public async Task<WorkView> WaitWorkAsync(string id, TimeSpan? timeout = null, CancellationToken ct = default)
    {
        var time = _options.Time;
        var from = time.GetTimestamp();
        while (true)
        {
            var work = await WorkAsync(id, ct);
            if (work.State != WorkState.Running) return work;
            if (timeout is { } limit && time.GetElapsedTime(from) >= limit) throw GranaryException.TimedOut($"work {id} has not ended after {Durations.Format(limit)}: {work.Done} of {work.Partitions} partitions are done");
            await Task.Delay(WorkPoll, time, ct);
        }
    }

    private IDistributedWorkGrain WorkGrain(string id)
    {
        if (!Names.IsValid(id)) throw GranaryException.Invalid($"'{Quoting.Clip(id)}' is no id of work; 'granary work' lists what there is");
        return Cluster.GetGrain<IDistributedWorkGrain>(id);
    }
}
