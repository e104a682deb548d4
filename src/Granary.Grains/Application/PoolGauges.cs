using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Shards;

namespace Granary.Grains.Application;

/// <summary>A pool's figures as named values, once a second: lengths of its queue, what is used, what ended since the last time.</summary>
internal sealed class PoolGauges
{
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <summary>A ratio of fewer says nothing.</summary>
    private const int LeastEnded = 10;

    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (DateTimeOffset At, PoolView View)> _parts = new(StringComparer.Ordinal);
    private readonly Queue<(DateTimeOffset At, long Ended, long Failed)> _recent = new();
    private DateTimeOffset _last;
    private double _commit;
    private long _missed;
    private long _ended;
    private long _failed;

    public List<string> Names { get; } = [];

    public List<float> Values { get; } = [];

    /// <summary>Takes one part's view; true when a second has passed, and there are values of it.</summary>
    /// <param name="ended">Tasks that have ended, ever.</param>
    /// <param name="failed">Of these, how many failed, were lost or rejected.</param>
    public bool Take(ApplicationBatch batch, long ended, long failed)
    {
        _parts[batch.Part] = (batch.At, batch.Pool);
        _commit = Math.Max(_commit, batch.LongestCommit.TotalSeconds);
        _missed += batch.Missed;
        var since = batch.At - _last;
        if (since < TimeSpan.FromMilliseconds(900) && since >= TimeSpan.Zero) return false;
        foreach (var part in _parts.Where(p => batch.At - p.Value.At > Stale).Select(p => p.Key).ToList()) _parts.Remove(part);
        Names.Clear();
        Values.Clear();
        PoolView[] views = [.. _parts.Values.Select(p => p.View)];
        Add("queued", views.Sum(v => v.Queued));
        Add("placed", views.Sum(v => v.Placed));
        Add("running", views.Sum(v => v.Running));
        Add("nodes", views.Sum(v => v.Nodes));
        Add("nodes.ready", views.Sum(v => v.ReadyNodes));
        Add("nodes.missing", views.Sum(v => v.ReadyNodes) == 0 && views.Sum(v => v.Queued) > 0 ? 1 : 0);
        Add("journal.commit", _commit);
        Add("metrics.missed", _missed);
        (_commit, _missed) = (0, 0);
        foreach (var reason in Enum.GetValues<WaitReason>())
            if (reason != WaitReason.None && views.Sum(v => v.Waiting.GetValueOrDefault(reason)) is var waiting && (waiting > 0 || _seen.Contains(reason)))
            {
                _seen.Add(reason);
                Add($"waiting/{reason}", waiting);
            }
        var (capacity, used) = (ShardCapacity.Sum(views.Select(v => v.Capacity)), ShardCapacity.Sum(views.Select(v => v.Used)));
        foreach (var (name, amount) in capacity.Named())
            if (amount > 0) Add($"used/{name}", used.AmountOf(name) / (double)amount);
        if (_last != default && since > TimeSpan.Zero && since < TimeSpan.FromMinutes(1) && ended >= _ended)
        {
            Add("finished", (ended - _ended) / since.TotalSeconds);
            Add("failed", (failed - _failed) / since.TotalSeconds);
            if (ended > _ended) Add("failed_ratio", (failed - _failed) / (double)(ended - _ended));
        }
        while (_recent.TryPeek(out var oldest) && batch.At - oldest.At > Recent) _recent.Dequeue();
        var (wasEnded, wasFailed) = _recent.TryPeek(out var first) && ended >= first.Ended ? (first.Ended, first.Failed) : (ended, failed);
        Add("failed_ratio.recent", ended - wasEnded >= LeastEnded ? (failed - wasFailed) / (double)(ended - wasEnded) : 0);
        _recent.Enqueue((batch.At, ended, failed));
        (_last, _ended, _failed) = (batch.At, ended, failed);
        return true;
    }

    private readonly HashSet<WaitReason> _seen = [];

    private void Add(string name, double value)
    {
        Names.Add(name);
        Values.Add((float)value);
    }
}
