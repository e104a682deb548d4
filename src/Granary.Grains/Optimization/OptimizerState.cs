using Orleans;

namespace Granary.Grains.Optimization;

/// <summary>What an optimizer remembers across restarts: the outcomes that its trial stands on.</summary>
[GenerateSerializer, Alias("Granary.OptimizerState")]
public sealed class OptimizerState
{
    /// <summary>Rewards of the classical allocations, oldest first.</summary>
    [Id(0)] public List<double> Classical { get; set; } = [];

    /// <summary>Rewards of the path's, pair by pair.</summary>
    [Id(1)] public List<double> Path { get; set; } = [];
}
