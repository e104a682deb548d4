using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>Tasks that ask for no terms of their own are given the pool's.</summary>
    private SubmitBatch WithDefaults(SubmitBatch batch)
    {
        if (_spec.Policy?.Tasks is not { } defaults || (!defaults.Gang && !defaults.WholeCores && !defaults.NeverPreempted)) return batch;
        return batch with { Items = [.. batch.Items.Select(item => WithDefaults(item, defaults))] };
    }

    private SubmitItem WithDefaults(SubmitItem item, TaskDefaults defaults)
    {
        if (item.Spec.Terms is not null) return item;
        var gang = defaults.Gang && item.Count is > 1 and <= MostGangMembers;
        var never = defaults.NeverPreempted && _order.Find(item.Spec.Agent) is { HasGuarantee: true };
        if (!gang && !defaults.WholeCores && !never) return item;
        var terms = new TaskTerms { Gang = gang, WholeCores = defaults.WholeCores, NeverPreempted = never };
        return item with { Spec = item.Spec with { Terms = terms } };
    }
}
