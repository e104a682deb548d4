using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>Tasks that ask for no terms of their own are given the pool's; what one's executor needs of a node is among what it requires.</summary>
    private SubmitBatch WithDefaults(SubmitBatch batch)
    {
        if (_spec.Policy?.Tasks is not { } defaults || (!defaults.Gang && !defaults.WholeCores && !defaults.NeverPreempted)) return Placed(batch);
        return Placed(batch with { Items = [.. batch.Items.Select(item => WithDefaults(item, defaults))] });
    }

    private SubmitItem WithDefaults(SubmitItem item, TaskDefaults defaults)
    {
        if (item.Spec.Terms is { } own && own with { Action = null, Trace = null } != new TaskTerms()) return item;
        var gang = defaults.Gang && item.Count is > 1 and <= MostGangMembers;
        var never = defaults.NeverPreempted && _order.Find(item.Spec.Agent) is { HasGuarantee: true };
        if (!gang && !defaults.WholeCores && !never) return item;
        var terms = (item.Spec.Terms ?? new TaskTerms()) with { Gang = gang, WholeCores = defaults.WholeCores, NeverPreempted = never };
        return item with { Spec = item.Spec with { Terms = terms } };
    }

    /// <summary>The batch with the labels that its executors need of nodes; the same one where none needs any.</summary>
    public static SubmitBatch Placed(SubmitBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        SubmitItem[]? items = null;
        for (var i = 0; i < batch.Items.Count; i++)
        {
            var spec = batch.Items[i].Spec;
            var placed = Executors.Placed(spec);
            if (!ReferenceEquals(placed, spec)) (items ??= [.. batch.Items])[i] = batch.Items[i] with { Spec = placed };
        }
        return items is null ? batch : batch with { Items = items };
    }
}
