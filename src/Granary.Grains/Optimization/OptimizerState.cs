using Granary.Abstractions;
using Orleans;

namespace Granary.Grains.Optimization;

/// <summary>What an optimizer remembers across restarts: the outcomes that its trial stands on, and how to undo what was applied.</summary>
[GenerateSerializer, Alias("Granary.OptimizerState")]
public sealed class OptimizerState
{
    /// <summary>Rewards of the classical allocations, oldest first.</summary>
    [Id(0)] public List<double> Classical { get; set; } = [];

    /// <summary>Rewards of the path's, pair by pair.</summary>
    [Id(1)] public List<double> Path { get; set; } = [];

    /// <summary>The run whose plan was applied; empty for none.</summary>
    [Id(2)] public string Run { get; set; } = "";

    [Id(3)] public string Plan { get; set; } = "";

    [Id(4)] public DateTimeOffset? AppliedAt { get; set; }

    /// <summary>What agents' weights were, and what plans made of them.</summary>
    [Id(5)] public List<AppliedWeight> Undo { get; set; } = [];
}
