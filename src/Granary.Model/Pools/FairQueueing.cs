using Orleans;

namespace Granary.Model;

/// <summary>What decides between siblings of the agents' tree.</summary>
[GenerateSerializer]
public enum FairQueueing
{
    /// <summary>The smallest weighted dominant share of what is held now, with remembered use.</summary>
    DominantShare,

    /// <summary>
    /// The smallest virtual time: what was served so far, in dominant-share-seconds by weight. Nobody gains by having been idle, and among equals turns go round.
    /// </summary>
    VirtualTime,
}
