using Orleans;

namespace Granary.Model;

/// <summary>
/// When a task may be stopped for the sake of fair shares. Shares are weighted dominant shares of what is held beyond guarantees; that of
/// the one who asks counts with what it asks for. With both, the stricter is tried first.
/// </summary>
/// <remarks>Kueue's LessThanInitialShare and LessThanOrEqualToFinalShare.</remarks>
[GenerateSerializer, Flags]
public enum FairnessPreemption
{
    None = 0,

    /// <summary>The asking agent's share is below what the other's is before the task is stopped. May turn an imbalance round.</summary>
    BelowInitialShare = 1,

    /// <summary>The asking agent's share is at most what the other's is after the task is stopped. Never turns an imbalance round.</summary>
    AtOrBelowFinalShare = 2,

    /// <summary>The stricter first, then the other.</summary>
    Both = BelowInitialShare | AtOrBelowFinalShare,
}
