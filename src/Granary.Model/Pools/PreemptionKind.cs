using Orleans;

namespace Granary.Model;

/// <summary>Why a task was stopped for another. A closed list, the same in every surface.</summary>
[GenerateSerializer]
public enum PreemptionKind
{
    /// <summary>For a task of higher priority of the same agent.</summary>
    WithinQueue,

    /// <summary>For an agent below its guarantee, by one beyond its own.</summary>
    Reclaim,

    /// <summary>For an agent with a smaller share beyond its guarantee.</summary>
    Fairness,

    /// <summary>For an accepted deadline in danger.</summary>
    Emergency,
}
