using Granary.Scheduling.Placement.Scoring;

namespace Granary.Scheduling.Placement.Filters;

/// <summary>Whether a node may take a task at all. Pure, as <see cref="INodeScore"/> is. A task that no node is left for waits.</summary>
public interface INodeFilter
{
    /// <summary>What policies and explanations call it: lower case, words parted by a hyphen.</summary>
    string Name { get; }

    bool Admits(in PlacementRequest request, in NodeCandidate node);
}
