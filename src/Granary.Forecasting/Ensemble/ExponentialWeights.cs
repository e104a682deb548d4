namespace Granary.Forecasting.Ensemble;

/// <summary>Exponentially weighted experts with losses between 0 and 1, which may become known some rounds late.</summary>
/// <remarks>
/// Cesa-Bianchi and Lugosi, "Prediction, Learning, and Games", 2006, theorem 2.2: after T rounds with K experts and rate r the weighted loss is above that of the best expert by at most
/// ln K / r + r T / 8. Each round of delay moves the weights by one loss more, which moves the expected loss by at most r / 4 (the largest variance of a loss between 0 and 1): with
/// a delay of d rounds the bound is ln K / r + r T (1 + 2 d) / 8. A round is O(K) and allocates nothing.
/// </remarks>
public sealed class ExponentialWeights
{
    private readonly double[] _losses;
    private readonly double[] _weights;

    /// <param name="experts">1 or more.</param>
    /// <param name="rate">Above 0; see <see cref="BestRate"/>.</param>
    /// <param name="delay">Rounds that are played before a round's losses are known.</param>
    public ExponentialWeights(int experts, double rate, int delay = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(experts, 1);
        if (!(rate > 0 && double.IsFinite(rate))) throw new ArgumentOutOfRangeException(nameof(rate), rate, "a rate is above 0");
        ArgumentOutOfRangeException.ThrowIfNegative(delay);
        (Rate, Delay) = (rate, delay);
        (_losses, _weights) = (new double[experts], new double[experts]);
        Reset();
    }

    public double Rate { get; }

    public int Delay { get; }

    /// <summary>Rounds whose losses are known.</summary>
    public long Rounds { get; private set; }

    /// <summary>The part of each expert; they sum to 1.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>What each expert has lost so far: with <see cref="Rounds"/> all that <see cref="Restore"/> needs.</summary>
    public ReadOnlySpan<double> Losses => _losses;

    /// <summary>What <see cref="Rounds"/> rounds can have cost at most above the best expert in hindsight.</summary>
    public double RegretBound => (Math.Log(_weights.Length) / Rate) + (Rate * Rounds * (1 + (2 * Delay)) / 8);

    /// <summary>The rate with the smallest bound after that many rounds.</summary>
    public static double BestRate(int experts, int rounds, int delay = 0) =>
        Math.Sqrt(8 * Math.Log(Math.Max(experts, 2)) / Math.Max(rounds, 1) / (1 + (2.0 * delay)));

    /// <summary>The losses of the oldest round that they were not known of.</summary>
    /// <param name="losses">One for each expert, 0 to 1.</param>
    public void Observe(ReadOnlySpan<double> losses)
    {
        if (losses.Length != _weights.Length) throw new ArgumentException($"{losses.Length} losses for {_weights.Length} experts", nameof(losses));
        Rounds++;
        var best = double.PositiveInfinity;
        for (var i = 0; i < losses.Length; i++)
        {
            if (losses[i] is not (>= 0 and <= 1)) throw new ArgumentException($"the loss of expert {i} is {losses[i]}: a loss lies between 0 and 1", nameof(losses));
            best = Math.Min(best, _losses[i] += losses[i]);
        }
        Weigh(best);
    }

    /// <summary>Goes on from losses that were kept.</summary>
    /// <param name="losses">Of each expert over all rounds, 0 or more.</param>
    public void Restore(ReadOnlySpan<double> losses, long rounds)
    {
        if (losses.Length != _losses.Length) throw new ArgumentException($"{losses.Length} losses for {_losses.Length} experts", nameof(losses));
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        foreach (var loss in losses)
            if (!(loss >= 0 && double.IsFinite(loss))) throw new ArgumentException($"a sum of losses is {loss}: it is 0 or more", nameof(losses));
        losses.CopyTo(_losses);
        Rounds = rounds;
        Weigh(_losses.Min());
    }

    private void Weigh(double best)
    {
        var sum = 0.0;
        for (var i = 0; i < _losses.Length; i++) sum += _weights[i] = Math.Exp(-Rate * (_losses[i] - best));
        for (var i = 0; i < _weights.Length; i++) _weights[i] /= sum;
    }

    /// <summary>Forgets every round, as after a drift.</summary>
    public void Reset()
    {
        Array.Clear(_losses);
        Array.Fill(_weights, 1.0 / _weights.Length);
        Rounds = 0;
    }
}
