namespace Granary.Rest.Energy;

/// <summary>A plan that is to be made and carried out.</summary>
public sealed record EnergyRequest
{
    /// <summary>Part of the power to save, above 0 to 1.</summary>
    public double? TargetReduction { get; init; }

    /// <summary>Until everything is put back by itself, like 2h; until DELETE when not given.</summary>
    public TimeSpan? Lasts { get; init; }
}
