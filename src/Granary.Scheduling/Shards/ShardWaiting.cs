using Granary.Abstractions;

namespace Granary.Scheduling.Shards;

/// <summary>What waits in all parts of a sharded pool, for bounds that hold for the pool: what parts said last, and what was sent to them since.</summary>
public sealed class ShardWaiting
{
    private readonly Dictionary<string, long> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>[] _heard;
    private readonly long[] _queued;
    private long _sentInAll;

    /// <param name="shards">How many parts.</param>
    public ShardWaiting(int shards)
    {
        _heard = [.. Enumerable.Range(0, shards).Select(_ => new Dictionary<string, long>(StringComparer.Ordinal))];
        _queued = new long[shards];
    }

    public long Queued => _queued.Sum() + _sentInAll;

    /// <summary>Tasks of one agent.</summary>
    public long Of(string agent)
    {
        var tasks = _sent.GetValueOrDefault(agent);
        foreach (var part in _heard) tasks += part.GetValueOrDefault(agent);
        return tasks;
    }

    /// <summary>Parts are asked from now on: what was sent before is in what they say.</summary>
    public void Begin()
    {
        _sent.Clear();
        _sentInAll = 0;
    }

    /// <summary>A batch goes to a part.</summary>
    public void Send(SubmitBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var item in batch.Items)
        {
            _sent[item.Spec.Agent] = _sent.GetValueOrDefault(item.Spec.Agent) + item.Count;
            _sentInAll += item.Count;
        }
    }

    /// <summary>What a part says.</summary>
    public void Hear(int shard, PartStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        _queued[shard] = standing.Queued;
        _heard[shard].Clear();
        foreach (var share in standing.Shares)
            if (share.Queued > 0) _heard[shard][share.Agent] = share.Queued;
    }
}
