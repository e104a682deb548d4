namespace Granary.Optimization.Nsga3;

/// <summary>
/// Objectives on one scale: from the ideal point to where the plane through the extreme points meets each axis. An extreme point of an axis minimises the
/// achievement scalarizing function along it. Source: Deb and Jain (2014), algorithm 2. Extreme points are kept from one generation to the next, so that
/// the scale does not jump when one is lost; without a plane (fewer distinct extremes than axes) the worst of those that may survive serves.
/// </summary>
internal sealed class Normalization
{
    /// <summary>
    /// What a step off an axis counts beside one along it. The paper divides by 1e-6, so a point that lies on the axis to the last digit, but too far out, stays its extreme point for a long time while
    /// better ones lie a hair beside the axis; a thousand has a point that is a thousandth beside the axis stand for it, and comes to the paper's results.
    /// </summary>
    private const double OffAxis = 1e3;
    private const double Least = 1e-14;

    private readonly int _objectives;
    private readonly double[] _extremes;
    private readonly double[] _plane;
    private bool _any;

    public Normalization(int objectives)
    {
        _objectives = objectives;
        _extremes = new double[objectives * objectives];
        _plane = new double[objectives * (objectives + 1)];
        Ideal = new double[objectives];
        Scale = new double[objectives];
        Ideal.AsSpan().Fill(double.PositiveInfinity);
    }

    /// <summary>The best of each objective that any feasible point has had.</summary>
    public double[] Ideal { get; }

    /// <summary>How far from the ideal each axis' intercept is, over 0.</summary>
    public double[] Scale { get; }

    /// <summary>Takes in the points that may survive.</summary>
    public void Update(ReadOnlySpan<double> values, ReadOnlySpan<int> members)
    {
        var m = _objectives;
        foreach (var point in members)
        {
            for (var k = 0; k < m; k++) Ideal[k] = Math.Min(Ideal[k], values[point * m + k]);
        }
        for (var axis = 0; axis < m; axis++)
        {
            var extreme = _extremes.AsSpan(axis * m, m);
            var least = _any ? Achievement(extreme, axis) : double.PositiveInfinity;
            foreach (var point in members)
            {
                var achievement = Achievement(values.Slice(point * m, m), axis);
                if (achievement >= least) continue;
                least = achievement;
                values.Slice(point * m, m).CopyTo(extreme);
            }
        }
        _any = true;
        if (!Intercepts()) Worst(values, members);
    }

    private double Achievement(ReadOnlySpan<double> point, int axis)
    {
        var most = double.NegativeInfinity;
        for (var k = 0; k < point.Length; k++) most = Math.Max(most, (point[k] - Ideal[k]) * (k == axis ? 1 : OffAxis));
        return most;
    }

    /// <summary>Solves (extremes - ideal) b = 1; the intercepts are 1/b.</summary>
    private bool Intercepts()
    {
        var (m, w) = (_objectives, _objectives + 1);
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < m; j++) _plane[i * w + j] = _extremes[i * m + j] - Ideal[j];
            _plane[i * w + m] = 1;
        }
        for (var c = 0; c < m; c++)
        {
            var pivot = c;
            for (var r = c + 1; r < m; r++)
            {
                if (Math.Abs(_plane[r * w + c]) > Math.Abs(_plane[pivot * w + c])) pivot = r;
            }
            if (Math.Abs(_plane[pivot * w + c]) < Least) return false;
            for (var j = 0; j < w && pivot != c; j++) (_plane[c * w + j], _plane[pivot * w + j]) = (_plane[pivot * w + j], _plane[c * w + j]);
            for (var r = 0; r < m; r++)
            {
                if (r == c) continue;
                var factor = _plane[r * w + c] / _plane[c * w + c];
                for (var j = c; j < w; j++) _plane[r * w + j] -= factor * _plane[c * w + j];
            }
        }
        for (var i = 0; i < m; i++)
        {
            var intercept = _plane[i * w + i] / _plane[i * w + m];
            if (!(intercept > Least) || !double.IsFinite(intercept)) return false;
            Scale[i] = intercept;
        }
        return true;
    }

    private void Worst(ReadOnlySpan<double> values, ReadOnlySpan<int> members)
    {
        for (var k = 0; k < _objectives; k++)
        {
            var worst = Ideal[k];
            foreach (var point in members) worst = Math.Max(worst, values[point * _objectives + k]);
            Scale[k] = worst - Ideal[k] > Least ? worst - Ideal[k] : 1;
        }
    }
}
