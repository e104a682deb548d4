namespace Granary.Optimization.Online;

/// <summary>
/// What shares may be: each within its bounds, all together the total. Projections onto it by Euclidean distance and by relative entropy, exact but for rounding.
/// Both are one number away from the answer: every share is its bound or its value moved by the same amount (or factor), found by a safeguarded Newton
/// iteration on a piecewise linear function, in O(n) each and some ten of them. Source of the form: Wang and Lu, "Projection onto the capped simplex" (2015).
/// </summary>
public sealed class ShareSet
{
    private readonly double[] _lower, _upper;

    /// <exception cref="ArgumentException">No share, a value that is not finite, or a lower bound under 0.</exception>
    /// <exception cref="InfeasibleException">The bounds leave no room for the total.</exception>
    public ShareSet(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, double total)
    {
        Require.AtLeast(lower.Length, 1, "the number of shares");
        Require.Length(upper.Length, lower.Length, "upper bounds");
        Require.Finite(lower, "lower bounds");
        Require.Finite(upper, "upper bounds");
        Require.Positive(total, "the total");
        var (least, most) = (0.0, 0.0);
        for (var i = 0; i < lower.Length; i++)
        {
            if (lower[i] < 0 || lower[i] > upper[i]) throw new ArgumentException($"share {i} goes from {lower[i]} to {upper[i]}; it needs 0 <= lower <= upper");
            least += lower[i];
            most += upper[i];
        }
        if (least > total * (1 + 1e-12)) throw new InfeasibleException($"the lower bounds sum to {least}, over the total of {total}; lower the guarantees");
        if (most < total * (1 - 1e-12)) throw new InfeasibleException($"the upper bounds sum to {most}, under the total of {total}; raise the limits or lower the total");
        (_lower, _upper, Total) = (lower.ToArray(), upper.ToArray(), total);
        for (var i = 0; i < _upper.Length; i++) _upper[i] = Math.Min(_upper[i], total - least + _lower[i]);
    }

    /// <summary>Shares of 0 up to the total.</summary>
    public static ShareSet Simplex(int count, double total = 1)
    {
        Require.AtLeast(count, 1, "the number of shares");
        var upper = new double[count];
        upper.AsSpan().Fill(total);
        return new ShareSet(new double[count], upper, total);
    }

    public int Count => _lower.Length;

    public double Total { get; }

    public ReadOnlySpan<double> Lower => _lower;

    /// <summary>The upper bounds; never more than what the others' lower bounds leave of the total.</summary>
    public ReadOnlySpan<double> Upper => _upper;

    /// <summary>No two members are farther apart than this (Euclidean).</summary>
    public double Diameter
    {
        get
        {
            // Members differ by a vector that sums to 0, each part within its range; its positive part sums to at most the free total.
            var (free, squares, widest) = (Total, 0.0, 0.0);
            for (var i = 0; i < Count; i++)
            {
                free -= _lower[i];
                squares += (_upper[i] - _lower[i]) * (_upper[i] - _lower[i]);
                widest = Math.Max(widest, _upper[i] - _lower[i]);
            }
            return Math.Min(Math.Sqrt(squares), Math.Sqrt(2 * widest * Math.Max(0, free)));
        }
    }

    /// <summary>Moves <paramref name="x"/> to the nearest member.</summary>
    public void Project(Span<double> x)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var i = 0; i < x.Length; i++)
        {
            low = Math.Min(low, x[i] - _upper[i]);
            high = Math.Max(high, x[i] - _lower[i]);
        }
        var shift = 0.5 * (low + high);
        for (var round = 0; round < 200; round++)
        {
            var (sum, slope) = (0.0, 0);
            for (var i = 0; i < x.Length; i++)
            {
                var value = x[i] - shift;
                if (value <= _lower[i]) sum += _lower[i];
                else if (value >= _upper[i]) sum += _upper[i];
                else (sum, slope) = (sum + value, slope + 1);
            }
            var excess = sum - Total;
            if (Math.Abs(excess) <= 1e-14 * Total || high - low <= 1e-16 * (Math.Abs(low) + Math.Abs(high))) break;
            if (excess > 0) low = shift;
            else high = shift;
            var newton = slope > 0 ? shift + excess / slope : double.NaN;
            shift = newton > low && newton < high ? newton : 0.5 * (low + high);
        }
        for (var i = 0; i < x.Length; i++) x[i] = Math.Clamp(x[i] - shift, _lower[i], _upper[i]);
    }

    /// <summary>Moves <paramref name="x"/>, all over 0, to the member with the least relative entropy to it.</summary>
    public void ProjectByEntropy(Span<double> x)
    {
        var (low, high) = (double.PositiveInfinity, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            low = Math.Min(low, _lower[i] / x[i]);
            high = Math.Max(high, _upper[i] / x[i]);
        }
        var factor = Math.Clamp(1, low, high);
        for (var round = 0; round < 200; round++)
        {
            var (sum, slope) = (0.0, 0.0);
            for (var i = 0; i < x.Length; i++)
            {
                var value = x[i] * factor;
                if (value <= _lower[i]) sum += _lower[i];
                else if (value >= _upper[i]) sum += _upper[i];
                else (sum, slope) = (sum + value, slope + x[i]);
            }
            var missing = Total - sum;
            if (Math.Abs(missing) <= 1e-14 * Total || high - low <= 1e-16 * high) break;
            if (missing > 0) low = factor;
            else high = factor;
            var newton = slope > 0 ? factor + missing / slope : double.NaN;
            factor = newton > low && newton < high ? newton : 0.5 * (low + high);
        }
        for (var i = 0; i < x.Length; i++) x[i] = Math.Clamp(x[i] * factor, _lower[i], _upper[i]);
    }

    /// <summary>A first point: the one that is given, moved into the set, or the middle.</summary>
    /// <exception cref="ArgumentException">It has another length, or a value that is not finite.</exception>
    internal double[] Start(double[]? given)
    {
        var point = new double[Count];
        if (given is null)
        {
            Center(point);
            return point;
        }
        Require.Length(given.Length, Count, "the start");
        Require.Finite(given, "the start");
        given.CopyTo(point, 0);
        Project(point);
        return point;
    }

    /// <summary>Fills in the member nearest to equal shares.</summary>
    public void Center(Span<double> x)
    {
        x.Fill(Total / Count);
        Project(x);
    }
}
