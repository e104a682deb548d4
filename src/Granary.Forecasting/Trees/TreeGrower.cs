namespace Granary.Forecasting.Trees;

/// <summary>
/// Grows one tree after another on the same rows: best leaf first, splits by the gain in squared error from histograms; of two children only the smaller
/// is summed, the other is what remains of the parent. Buffers are made once.
/// </summary>
internal sealed class TreeGrower
{
    private readonly TreeOptions _options;
    private readonly BinnedRows _rows;
    private readonly int[] _order, _spare;
    private readonly double[][] _sums;
    private readonly int[][] _counts;
    private readonly Candidate[] _leaves;

    public TreeGrower(BinnedRows rows, TreeOptions options)
    {
        (_rows, _options) = (rows, options);
        (_order, _spare) = (new int[rows.Rows], new int[rows.Rows]);
        _sums = [.. Enumerable.Range(0, options.Leaves).Select(_ => new double[rows.Features * rows.Bins])];
        _counts = [.. Enumerable.Range(0, options.Leaves).Select(_ => new int[rows.Features * rows.Bins])];
        _leaves = new Candidate[options.Leaves];
    }

    /// <summary>A tree that answers the mean residual of each of its leaves, shrunk.</summary>
    /// <param name="residuals">One a row.</param>
    /// <param name="sample">The rows that it may see.</param>
    public RegressionTree Grow(ReadOnlySpan<float> residuals, ReadOnlySpan<int> sample)
    {
        var tree = new RegressionTree(_options.Leaves);
        sample.CopyTo(_order);
        Sum(residuals, 0, 0, sample.Length);
        _leaves[0] = Best(0, 0, 0, sample.Length);
        var count = 1;
        while (count < _options.Leaves)
        {
            var chosen = 0;
            for (var n = 1; n < count; n++)
                if (_leaves[n].Gain > _leaves[chosen].Gain) chosen = n;
            var leaf = _leaves[chosen];
            if (leaf.Gain <= 1e-12) break;
            var middle = Partition(leaf);
            var left = tree.Split(leaf.Node, leaf.Feature, _rows.Edge(leaf.Feature, leaf.Bin));
            var (small, large) = middle - leaf.From <= leaf.To - middle ? ((leaf.From, middle), (middle, leaf.To)) : ((middle, leaf.To), (leaf.From, middle));
            Sum(residuals, count, small.Item1, small.Item2);
            Remain(chosen, count);
            _leaves[chosen] = Best(chosen, large.Item1 == leaf.From ? left : left + 1, large.Item1, large.Item2);
            _leaves[count] = Best(count, small.Item1 == leaf.From ? left : left + 1, small.Item1, small.Item2);
            count++;
        }
        for (var n = 0; n < count; n++) tree.Leaf(_leaves[n].Node, _options.Shrinkage * _leaves[n].Total / (_leaves[n].To - _leaves[n].From + _options.Penalty));
        return tree;
    }

    private void Sum(ReadOnlySpan<float> residuals, int slot, int from, int to)
    {
        var (sums, counts) = (_sums[slot], _counts[slot]);
        Array.Clear(sums);
        Array.Clear(counts);
        for (var feature = 0; feature < _rows.Features; feature++)
        {
            var bins = _rows.Feature(feature);
            var at = feature * _rows.Bins;
            for (var n = from; n < to; n++)
            {
                var row = _order[n];
                sums[at + bins[row]] += residuals[row];
                counts[at + bins[row]]++;
            }
        }
    }

    private void Remain(int parent, int child)
    {
        var (sums, counts) = (_sums[parent], _counts[parent]);
        for (var n = 0; n < sums.Length; n++)
        {
            sums[n] -= _sums[child][n];
            counts[n] -= _counts[child][n];
        }
    }

    private Candidate Best(int slot, int node, int from, int to)
    {
        var (sums, counts, rows) = (_sums[slot], _counts[slot], to - from);
        var total = 0.0;
        for (var b = 0; b < _rows.Bins; b++) total += sums[b];
        var best = new Candidate(node, from, to, total, 0, 0, 0);
        var before = total * total / (rows + _options.Penalty);
        for (var feature = 0; feature < _rows.Features; feature++)
        {
            var (sum, count, at) = (0.0, 0, feature * _rows.Bins);
            for (var b = 0; b < _rows.BinsOf(feature) - 1; b++)
            {
                sum += sums[at + b];
                count += counts[at + b];
                if (count < _options.LeastRows) continue;
                if (rows - count < _options.LeastRows) break;
                var gain = (sum * sum / (count + _options.Penalty)) + ((total - sum) * (total - sum) / (rows - count + _options.Penalty)) - before;
                if (gain > best.Gain) best = best with { Feature = feature, Bin = b, Gain = gain };
            }
        }
        return best;
    }

    private int Partition(Candidate leaf)
    {
        var bins = _rows.Feature(leaf.Feature);
        var (left, spare) = (leaf.From, 0);
        for (var n = leaf.From; n < leaf.To; n++)
        {
            var row = _order[n];
            if (bins[row] <= leaf.Bin) _order[left++] = row;
            else _spare[spare++] = row;
        }
        _spare.AsSpan(0, spare).CopyTo(_order.AsSpan(left));
        return left;
    }

    private readonly record struct Candidate(int Node, int From, int To, double Total, int Feature, int Bin, double Gain);
}
