namespace Granary.Scheduling.Placement.Scoring;

/// <summary>
/// How good a node is for a task. Pure: the same arguments give the same figure, whatever the process, the time or the thread; it
/// allocates nothing and may be asked for hundreds of nodes a decision. A plug-in that breaks this does not break replays, since
/// journals hold what was placed where, but the same commands may then be decided differently.
/// </summary>
public interface INodeScore
{
    /// <summary>What policies call it: lower case, words parted by a hyphen.</summary>
    string Name { get; }

    /// <returns>Larger is better; finite. Of equal nodes the one with the least free is taken.</returns>
    double Score(in PlacementRequest request, in NodeCandidate node);
}
