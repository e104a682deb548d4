namespace Granary.Optimization.Policy;

/// <summary>
/// A lower bound of the mean of bounded values from a sample, which is tight where they vary little. Source: Maurer and Pontil, "Empirical Bernstein bounds and
/// sample-variance penalization" (2009), theorem 4. Looked at again and again it stays valid: the risk is split over looks as 1/(k(k+1)).
/// </summary>
public sealed class EmpiricalBernstein
{
    private readonly double _range, _risk;
    private double _mean, _squares;

    /// <param name="least">No value is under this.</param>
    /// <param name="most">No value is over this.</param>
    /// <param name="risk">The probability that any bound it ever gives is wrong, such as 0.05.</param>
    public EmpiricalBernstein(double least, double most, double risk)
    {
        Require.Finite(least, "the least value");
        Require.Finite(most, "the most value");
        if (least >= most) throw new ArgumentException($"values go from {least} to {most}; the range must not be empty");
        Require.Within(risk, 1e-12, 0.5, "the risk");
        (Least, Most, _range, _risk) = (least, most, most - least, risk);
    }

    public double Least { get; }

    public double Most { get; }

    public long Count { get; private set; }

    public double Mean => _mean;

    /// <summary>Takes a value; one outside the range counts as its end, one that is not finite is refused.</summary>
    public void Add(double value)
    {
        Require.Finite(value, "a value");
        value = Math.Clamp(value, Least, Most);
        Count++;
        var off = value - _mean;
        _mean += off / Count;
        _squares += off * (value - _mean);
    }

    /// <summary>The mean is over this, but for the risk; the least value as long as there are fewer than two.</summary>
    public double Lower => Count < 2 ? Least : Math.Max(Least, _mean - Width);

    /// <summary>The mean is under this, but for the risk.</summary>
    public double Upper => Count < 2 ? Most : Math.Min(Most, _mean + Width);

    private double Width
    {
        get
        {
            // A look after every value; the bound is two-sided.
            var logarithm = Math.Log(4 * (double)Count * (Count + 1) / _risk);
            var variance = _squares / (Count - 1);
            return Math.Sqrt(2 * variance * logarithm / Count) + 7 * _range * logarithm / (3 * (Count - 1));
        }
    }
}
