namespace Granary.Optimization.Control;

/// <summary>What there is now.</summary>
/// <param name="Ready">Units that serve.</param>
/// <param name="Pending">Units that were ordered and become ready: in the next step first. As long as the lead.</param>
public readonly record struct CapacityState(int Ready, IReadOnlyList<int> Pending);

/// <summary>What to do now.</summary>
/// <param name="Order">Units to start; they are ready after the lead.</param>
/// <param name="Remove">Units to stop; they are gone in the next step.</param>
/// <param name="Planned">Whether it comes from a plan; otherwise the simple rule stood in, for want of history or because the plan was not solved.</param>
public readonly record struct ScalingAction(int Order, int Remove, bool Planned);

/// <summary>Decides once a step how much capacity to start or stop.</summary>
public interface IScalingController
{
    string Name { get; }

    /// <param name="load">The newest load, in the unit of capacity; finite and 0 or more.</param>
    ScalingAction Decide(CapacityState state, double load);
}

/// <summary>Fills the span with forecasts of the next points of a history (oldest first), one step ahead first.</summary>
public delegate void LoadForecast(ReadOnlySpan<double> history, Span<double> horizon);
