using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>One after the other, whatever their weights (0 still takes none).</summary>
public sealed class RoundRobin : IBalancingAlgorithm
{
    private uint _turn = uint.MaxValue;

    public Backend? Choose(Roster roster, in BalancingRequest request, long nowUs)
    {
        if (roster.Count == 0)
            return null;
        var chosen = roster.Backends[(int)(Interlocked.Increment(ref _turn) % (uint)roster.Count)];
        chosen.Enter(request.CostUs);
        return chosen;
    }
}
