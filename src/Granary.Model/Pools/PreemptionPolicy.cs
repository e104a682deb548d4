using Orleans;

namespace Granary.Model;

/// <summary>Who may be stopped for whom.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PreemptionPolicy")]
public sealed record PreemptionPolicy
{
    /// <summary>False: nothing is ever stopped for another task's sake.</summary>
    [Id(0)] public bool Enabled { get; init; } = true;
}
