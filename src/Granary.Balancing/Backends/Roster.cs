namespace Granary.Balancing.Backends;

/// <summary>The backends that may be chosen now, with the weights they have now. Immutable: a change makes another.</summary>
public sealed class Roster
{
    private readonly Backend[] _backends;
    private readonly double[] _weights;
    private readonly double[] _cumulative;
    private readonly Backend[] _trials;

    internal Roster(Backend[] backends, double[] weights, Backend[] trials)
    {
        (_backends, _weights, _trials) = (backends, weights, trials);
        _cumulative = new double[weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            TotalWeight += weights[i];
            _cumulative[i] = TotalWeight;
        }

        IsUniform = weights.All(w => w == weights[0]);
    }

    public static Roster Empty { get; } = new([], [], []);

    public int Count => _backends.Length;

    public ReadOnlySpan<Backend> Backends => _backends;

    /// <summary>By index of <see cref="Backends"/>: after slow start and zone preference; all positive.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    public double TotalWeight { get; }

    /// <summary>All weights are the same.</summary>
    public bool IsUniform { get; }

    /// <summary>Backends whose half-open breakers let a few requests through.</summary>
    public ReadOnlySpan<Backend> Trials => _trials;

    /// <summary>Index of the backend at a share of the total weight between 0 and 1: equal shares of it fall to equal weights.</summary>
    public int IndexAt(double share)
    {
        if (IsUniform)
            return Math.Min((int)(share * Count), Count - 1);
        var at = Array.BinarySearch(_cumulative, share * TotalWeight);
        return Math.Min(at < 0 ? ~at : at + 1, Count - 1);
    }

    internal bool IsSameAs(Roster other) =>
        _backends.AsSpan().SequenceEqual(other._backends) && _weights.AsSpan().SequenceEqual(other._weights) &&
        _trials.AsSpan().SequenceEqual(other._trials);
}
