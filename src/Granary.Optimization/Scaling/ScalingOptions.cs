namespace Granary.Optimization.Scaling;

/// <summary>The settings of recommendations.</summary>
public sealed record ScalingOptions
{
    /// <summary>Load that one unit serves.</summary>
    public double UnitCapacity { get; init; } = 1;

    /// <summary>What a unit costs for an hour, in any currency.</summary>
    public double UnitCostPerHour { get; init; } = 1;

    public int MinUnits { get; init; } = 1;

    public int MaxUnits { get; init; } = 1000;

    /// <summary>The utilisation that units are planned for, over 0 to 1.</summary>
    public double Target { get; init; } = 0.85;

    /// <summary>From a decision until a unit is ready.</summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After a change no further units are added for so long.</summary>
    public TimeSpan CoolDownUp { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After a change no units are taken away for so long.</summary>
    public TimeSpan CoolDownDown { get; init; } = TimeSpan.FromMinutes(5);

    internal void Validate()
    {
        Require.Positive(UnitCapacity, nameof(UnitCapacity));
        Require.Within(UnitCostPerHour, 0, 1e12, nameof(UnitCostPerHour));
        if (MinUnits < 0 || MaxUnits < Math.Max(1, MinUnits)) throw new ArgumentException($"units go from {MinUnits} to {MaxUnits}; it needs 0 <= MinUnits <= MaxUnits and one unit");
        Require.Within(Target, 0.01, 1, nameof(Target));
        if (Lead < TimeSpan.Zero || CoolDownUp < TimeSpan.Zero || CoolDownDown < TimeSpan.Zero) throw new ArgumentException("a lead or cool-down is negative; 0 or more is needed");
    }
}
