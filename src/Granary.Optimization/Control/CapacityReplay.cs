namespace Granary.Optimization.Control;

/// <summary>What a controller made of a load.</summary>
/// <param name="Cost">Unit-steps that were paid for, pending ones too.</param>
/// <param name="Violations">The part of steps in which the load was over the ready capacity.</param>
/// <param name="Unserved">The part of the load that was over the ready capacity.</param>
/// <param name="Waste">Capacity that was paid for and not used, as a part of what was paid for.</param>
/// <param name="Actions">Orders and removals.</param>
/// <param name="Planned">The part of decisions that came from a plan.</param>
public sealed record ReplayOutcome(string Name, double Cost, double Violations, double Unserved, double Waste, int Actions, double Planned);

/// <summary>Replays a recorded load against a controller: each step it sees the load, then acts; orders come after the lead, removals in the next step.</summary>
public static class CapacityReplay
{
    /// <param name="load">Finite, 0 or more.</param>
    /// <param name="skip">Steps at the start that are run but not counted.</param>
    public static ReplayOutcome Run(IScalingController controller, ReadOnlySpan<double> load, double unitCapacity, int lead, int start, int skip = 0)
    {
        Require.AtLeast(load.Length, 1, "the number of points of a load");
        Require.Finite(load, "the load");
        Require.Positive(unitCapacity, "the capacity of a unit");
        Require.AtLeast(lead, 0, "the lead");
        var (ready, pending) = (start, new int[Math.Max(1, lead)]);
        var (cost, violations, unserved, served, offered, actions, planned, counted) = (0.0, 0, 0.0, 0.0, 0.0, 0, 0, 0);
        for (var t = 0; t < load.Length; t++)
        {
            var capacity = ready * unitCapacity;
            if (t >= skip)
            {
                counted++;
                cost += ready + pending.Sum();
                violations += load[t] > capacity ? 1 : 0;
                unserved += Math.Max(0, load[t] - capacity);
                served += Math.Min(load[t], capacity);
                offered += load[t];
            }
            var action = controller.Decide(new CapacityState(ready, lead == 0 ? [] : pending), load[t]);
            if (t >= skip)
            {
                actions += action.Order > 0 || action.Remove > 0 ? 1 : 0;
                planned += action.Planned ? 1 : 0;
            }
            ready = Math.Max(0, ready - action.Remove);
            if (lead == 0)
            {
                ready += action.Order;
                continue;
            }
            ready += pending[0];
            for (var k = 1; k < lead; k++) pending[k - 1] = pending[k];
            pending[lead - 1] = action.Order;
        }
        var steps = Math.Max(1, counted);
        return new ReplayOutcome(controller.Name, cost, violations / (double)steps, offered > 0 ? unserved / offered : 0,
            cost > 0 ? 1 - served / (cost * unitCapacity) : 0, actions, planned / (double)steps);
    }
}
