using Granary.Model;
using Granary.Scheduling.Ordering;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>The plug-in's ordering that the pool asks for; null for the strategy's own.</summary>
    private IQueueOrder? OrderOf(PoolSpec spec) => spec.Policy?.Placement is { Order.Length: > 0 } policy ? _parts.Order(policy.Order) : null;

    /// <summary>What the pool's view says of parts that are missing or failed; empty for nothing.</summary>
    private string PlacementNote()
    {
        if (_missingParts.Count > 0)
            return $"{string.Join(" and ", _missingParts)} not loaded: the built-in stands in; load the plug-in and restart the server";
        var faults = PluginFaults + _order.Rules.Faults;
        if (faults == 0) return "";
        return $"a plug-in failed {faults} times while deciding ({(PluginFault.Length > 0 ? PluginFault : _order.Rules.Fault)}); the built-in stood in";
    }
}
