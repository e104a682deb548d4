using Granary.Model;

namespace Granary.Scheduling.Gangs;

/// <summary>
/// Finds a node for every member of a gang, or none for any. Members are taken in the order of falling size, nodes in the order given; a member
/// goes to the first node that holds it beside those placed before (first fit decreasing: few nodes are used when the fullest come first). Where
/// that fails it goes back, up to a bound of steps: a gang that could be placed may be refused then, and one is never placed in part.
/// </summary>
/// <remarks>
/// Pruned: nodes that are alike and unused (only the first is tried), members alike (they keep the order of their nodes), and branches in
/// which what is left in sum is not enough. With members that are all alike the first descent finds a place exactly when there is one.
/// Bin packing with backtracking after Martello and Toth, Knapsack Problems, 1990, chapter 8.
/// </remarks>
internal sealed class GangSearch
{
    private ResourceVector[] _free = [];
    private int[] _place = [];
    private int[] _order = [];
    private int[] _uses = [];
    private bool _alike;
    private ResourceTotals _left;
    private ResourceTotals _needed;
    private int _nodes;
    private int _steps;

    /// <summary>Steps that the last search took.</summary>
    public int Steps { get; private set; }

    /// <param name="members">What each asks for.</param>
    /// <param name="free">What each node has to give, best node first.</param>
    /// <param name="maxSteps">Placements tried before it gives up, at least as many as there are members.</param>
    /// <param name="places">Set to each member's node when the result is true.</param>
    public bool TryPlace(ReadOnlySpan<ResourceVector> members, ReadOnlySpan<ResourceVector> free, int maxSteps, Span<int> places)
    {
        Prepare(members, free);
        _steps = Math.Max(maxSteps, members.Length);
        var found = Covers(_left, _needed) && Place(members, 0);
        Steps = Math.Max(maxSteps, members.Length) - _steps;
        if (!found) return false;
        for (var i = 0; i < members.Length; i++) places[_order[i]] = _place[i];
        return true;
    }

    private void Prepare(ReadOnlySpan<ResourceVector> members, ReadOnlySpan<ResourceVector> free)
    {
        _nodes = free.Length;
        if (_free.Length < free.Length)
        {
            _free = new ResourceVector[Math.Max(free.Length, _free.Length * 2)];
            _uses = new int[_free.Length];
        }
        Array.Clear(_uses, 0, free.Length);
        _alike = true;
        if (_place.Length < members.Length)
        {
            _place = new int[members.Length];
            _order = new int[members.Length];
        }
        free.CopyTo(_free);
        (_left, _needed) = (ResourceTotals.Zero, ResourceTotals.Zero);
        foreach (ref readonly var node in free) _left += ResourceVector.Max(node, ResourceVector.Zero);
        foreach (ref readonly var member in members) _needed += member;
        var basis = new ShareBasis(_left);
        Span<double> sizes = members.Length <= 256 ? stackalloc double[members.Length] : new double[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            _order[i] = i;
            sizes[i] = -(ResourceTotals.Zero + members[i]).DominantShare(basis);
            _alike &= members[i] == members[0];
        }
        if (_alike) return;
        // Stable: members of one size keep their order.
        for (var i = 1; i < members.Length; i++)
            for (var j = i; j > 0 && sizes[j] < sizes[j - 1]; j--)
            {
                (sizes[j], sizes[j - 1]) = (sizes[j - 1], sizes[j]);
                (_order[j], _order[j - 1]) = (_order[j - 1], _order[j]);
            }
    }

    /// <summary>Depth first, without recursion: gangs may have a thousand members.</summary>
    private bool Place(ReadOnlySpan<ResourceVector> members, int depth)
    {
        var from = 0;
        while (depth < members.Length)
        {
            ref readonly var member = ref members[_order[depth]];
            var node = NextNode(member, from);
            if (node >= 0 && _steps-- > 0)
            {
                _place[depth] = node;
                _free[node] -= member;
                _uses[node]++;
                _left -= member;
                _needed -= member;
                depth++;
                from = depth < members.Length && members[_order[depth]] == member ? node : 0; // alike: never before its twin
                if (Covers(_left, _needed)) continue;
            }
            else if (_steps < 0 || _alike) return false;
            if (depth == 0) return false;
            depth--;
            ref readonly var taken = ref members[_order[depth]];
            _free[_place[depth]] += taken;
            _uses[_place[depth]]--;
            _left += taken;
            _needed += taken;
            from = _place[depth] + 1;
        }
        return true;
    }

    /// <summary>A node that is like the one before it, both unused, was tried with that one.</summary>
    private int NextNode(in ResourceVector member, int from)
    {
        for (var node = from; node < _nodes; node++)
        {
            if (!member.FitsIn(_free[node])) continue;
            if (node > 0 && _uses[node] + _uses[node - 1] == 0 && _free[node] == _free[node - 1]) continue;
            return node;
        }
        return -1;
    }

    private static bool Covers(in ResourceTotals left, in ResourceTotals needed)
    {
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (needed[lane] > left[lane]) return false;
        return true;
    }
}
