namespace Granary.Optimization.Nsga3;

/// <summary>
/// Ranks by dominance: front 0 holds what nothing dominates, front 1 what only front 0 dominates, and so on. Infeasible points come after all feasible ones,
/// by violation. Source: Zhang, Tian, Cheng and Jin, "An efficient approach to nondominated sorting" (IEEE Trans. Evolutionary Computation, 2015), sequential search.
/// </summary>
internal sealed class NonDominatedSort(int capacity, int objectives)
{
    private readonly int[] _order = new int[capacity];
    private readonly int[] _last = new int[capacity];
    private readonly int[] _before = new int[capacity];
    private readonly double[] _keys = new double[capacity];

    /// <summary>Fills in the rank of each point.</summary>
    /// <returns>How many fronts there are.</returns>
    public int Rank(ReadOnlySpan<double> values, ReadOnlySpan<double> violations, Span<int> ranks)
    {
        var count = ranks.Length;
        // A dominating point has a sum of objectives under that of the dominated one, or, by rounding, the same.
        for (var i = 0; i < count; i++)
        {
            _order[i] = i;
            var sum = 0.0;
            for (var m = 0; m < objectives; m++) sum += values[i * objectives + m];
            _keys[i] = violations[i] > 0 ? double.PositiveInfinity : sum;
        }
        Array.Sort(_keys, _order, 0, count);
        var feasible = count;
        while (feasible > 0 && double.IsPositiveInfinity(_keys[feasible - 1])) feasible--;

        var fronts = 0;
        for (var k = 0; k < feasible; k++)
        {
            var point = _order[k];
            var front = 0;
            while (front < fronts && Dominated(values, point, front)) front++;
            if (front == fronts) _last[fronts++] = -1;
            ranks[point] = front;
            _before[point] = _last[front];
            _last[front] = point;
        }
        return RankInfeasible(violations, ranks, feasible, count, fronts);
    }

    private int RankInfeasible(ReadOnlySpan<double> violations, Span<int> ranks, int feasible, int count, int fronts)
    {
        for (var k = feasible; k < count; k++) _keys[k] = violations[_order[k]];
        Array.Sort(_keys, _order, feasible, count - feasible);
        for (var k = feasible; k < count; k++)
        {
            if (k == feasible || _keys[k] > _keys[k - 1]) fronts++;
            ranks[_order[k]] = fronts - 1;
        }
        return fronts;
    }

    private bool Dominated(ReadOnlySpan<double> values, int point, int front)
    {
        var mine = values.Slice(point * objectives, objectives);
        for (var other = _last[front]; other >= 0; other = _before[other])
        {
            if (Dominance.Dominates(values.Slice(other * objectives, objectives), mine)) return true;
        }
        return false;
    }
}
