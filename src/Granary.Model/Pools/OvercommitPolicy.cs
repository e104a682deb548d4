using Orleans;

namespace Granary.Model;

/// <summary>How far capacity that was promised but is not used may be given to others.</summary>
[GenerateSerializer, Immutable, Alias("Granary.OvercommitPolicy")]
public sealed record OvercommitPolicy
{
    /// <summary>Requests may sum to this many times the capacity, 1 to 4; 1 never overcommits.</summary>
    [Id(0)] public double Ceiling { get; init; } = 1;
}
