namespace Granary.Optimization.Control;

/// <summary>The settings of <see cref="ThresholdController"/>; the defaults are those of the Kubernetes horizontal pod autoscaler, in steps of ten seconds.</summary>
public sealed record ThresholdOptions
{
    /// <summary>The utilisation that is aimed at, over 0 to 1.</summary>
    public double Target { get; init; } = 0.7;

    /// <summary>Nothing is done as long as use is within this part of the target.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>Steps back: as many units are kept as were wanted at any of them.</summary>
    public int Stabilization { get; init; } = 30;

    public double UnitCapacity { get; init; } = 1;

    public int MinUnits { get; init; } = 1;

    public int MaxUnits { get; init; } = 1000;

    internal void Validate()
    {
        Require.Within(Target, 0.01, 1, nameof(Target));
        Require.Within(Tolerance, 0, 1, nameof(Tolerance));
        Require.AtLeast(Stabilization, 1, nameof(Stabilization));
        Require.Positive(UnitCapacity, nameof(UnitCapacity));
        if (MinUnits < 0 || MaxUnits < Math.Max(1, MinUnits)) throw new ArgumentException($"units go from {MinUnits} to {MaxUnits}; it needs 0 <= MinUnits <= MaxUnits and one unit");
    }
}

/// <summary>
/// Reactive scaling: as many units as the present load needs at the target utilisation, up at once, down only to the most of a while back. Source: the algorithm that
/// the Kubernetes documentation gives for its horizontal pod autoscaler.
/// </summary>
public sealed class ThresholdController : IScalingController
{
    private readonly ThresholdOptions _options;
    private readonly Queue<int> _wanted = [];

    public ThresholdController(ThresholdOptions options)
    {
        options.Validate();
        _options = options;
    }

    public string Name => $"threshold {_options.Target:P0}";

    public ScalingAction Decide(CapacityState state, double load)
    {
        Require.Finite(load, "the load");
        var coming = state.Ready;
        foreach (var pending in state.Pending) coming += pending;
        var need = Math.Min(Math.Max(0, load) / (_options.UnitCapacity * _options.Target), _options.MaxUnits);
        var near = coming > 0 && Math.Abs(need / coming - 1) <= _options.Tolerance;
        var wanted = near ? coming : Math.Clamp((int)Math.Ceiling(need), _options.MinUnits, _options.MaxUnits);
        if (_wanted.Count == _options.Stabilization) _wanted.Dequeue();
        _wanted.Enqueue(wanted);
        if (wanted > coming) return new ScalingAction(wanted - coming, 0, false);
        var kept = 0;
        foreach (var past in _wanted) kept = Math.Max(kept, past);
        return new ScalingAction(0, Math.Clamp(coming - kept, 0, Math.Max(0, state.Ready - _options.MinUnits)), false);
    }
}
