using Granary.Model;
using Granary.Scheduling.Devices;
using Granary.Scheduling.Placement;
using Granary.Scheduling.Placement.Filters;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>Why a task that is first of its agent waits though some node has room for what it asks.</summary>
    private WaitReason ReasonWithRoom(TaskEntry task, long now)
    {
        if (Choose(task, now) is not { } node)
            return HasOnlySpareRoom(task) ? WaitReason.Capacity : (IsPlain(task.Item.Shape) && task.Item.Shape.VectorRef[DeviceSet.Lane] == 0) || MostFrequentRefusal(task, now) == FilterNames.Reservations ? WaitReason.Reserved : WaitReason.Placement;
        return ShouldWait(task, node, now) ? WaitReason.Better : WaitReason.Share;
    }

    /// <summary>The filter that keeps the task from most of the nodes that have room; null when there is none with room.</summary>
    private string? MostFrequentRefusal(TaskEntry task, long now)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var cursor = default(NodeIndex.Cursor);
        var request = RequestOf(task, now);
        while (_capacity.Index.Next(task.Item.Shape.VectorRef, ref cursor) is { } node)
            if (RefusalSafely(task, node, request, now) is { } refusal) counts[refusal] = counts.GetValueOrDefault(refusal) + 1;
        return counts.Count == 0 ? null : counts.MaxBy(c => c.Value).Key;
    }

    private string? RefusalSafely(TaskEntry task, NodeEntry node, in Placement.Scoring.PlacementRequest request, long now)
    {
        try
        {
            return Refusal(task, node, request, CandidateOf(task, node), now, plugins: true);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Refusal(task, node, request, CandidateOf(task, node), now, plugins: false);
        }
    }

    private (string, string) ExplainPlacement(TaskEntry task, long now)
    {
        var terms = task.Item.Shape.Terms?.Terms;
        return MostFrequentRefusal(task, now) switch
        {
            FilterNames.Labels => (DescribeLabels(terms!), "wait, or ask for fewer labels"),
            FilterNames.Neighbours => ("the nodes with room hold tasks it must be apart from, or lack those it must be near", "wait, or let near and apart be wishes rather than required"),
            FilterNames.Price => (FormattableString.Invariant($"its run would cost more than its max_cost {terms!.MaxCost} on every node with room"), "raise max_cost, or wait for a cheaper node"),
            FilterNames.GpuMemory => ("no GPU of the nodes with room has so much memory free beside the share of it", "wait, or lower gpu_memory"),
            { } filter => ($"filter '{filter}' of pool {_pool} refuses the nodes with room", "wait, or take the filter out of the pool's placement policy"),
            null => ("no node with room will do", "wait"),
        };
    }

    private string DescribeLabels(PlacementTerms terms)
    {
        var wanted = string.Join(", ", terms.Require!.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key}={r.Value}"));
        foreach (var (label, value) in terms.Require!.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            var values = _capacity.Nodes.Select(n => n.Spec.Labels?.GetValueOrDefault(label)).Where(v => v is not null).Distinct().Order(StringComparer.Ordinal).ToArray();
            if (values.Contains(value)) continue;
            if (Executors.IsOffer(label)) return Executors.Missing(label, $"pool {_pool}");
            return values.Length == 0 ? $"requires {label}={value}; no node of pool {_pool} has the label {label}; label a node, or drop it"
                : $"requires {label}={value}; nodes of pool {_pool} have {label}={string.Join(", ", values.Take(8))}; use one of them";
        }
        return $"requires {wanted}; no node of pool {_pool} has all of that and is large enough; ask for less";
    }
}
