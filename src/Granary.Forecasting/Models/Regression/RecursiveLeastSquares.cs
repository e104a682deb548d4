using System.Numerics.Tensors;

namespace Granary.Forecasting.Models.Regression;

/// <summary>Linear regression kept up to date point by point, old points counting less and less.</summary>
/// <remarks>
/// Recursive least squares with exponential forgetting: Haykin, "Adaptive Filter Theory", chapter "The recursive least-squares (RLS) algorithm". The inverse
/// covariance is kept symmetric, and is reset when forgetting without excitation has blown it up. A step is O(n²) for n inputs and allocates nothing.
/// </remarks>
public sealed class RecursiveLeastSquares
{
    private const double Largest = 1e8;
    private readonly double _forgetting;
    private readonly double _prior;
    private readonly double[] _covariance;
    private readonly double[] _gain;
    private readonly double[] _weights;

    /// <param name="inputs">1 or more.</param>
    /// <param name="forgetting">Above 0, at most 1: what a point counts one step later.</param>
    /// <param name="prior">The starting variance of each weight: the larger, the less the first points are held back.</param>
    public RecursiveLeastSquares(int inputs, double forgetting = 1, double prior = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        if (!(forgetting > 0 && forgetting <= 1)) throw new ArgumentOutOfRangeException(nameof(forgetting), forgetting, "forgetting lies above 0 and at most at 1");
        if (!(prior > 0)) throw new ArgumentOutOfRangeException(nameof(prior), prior, "the prior variance is positive");
        (_forgetting, _prior) = (forgetting, prior);
        (_covariance, _gain, _weights) = (new double[inputs * inputs], new double[inputs], new double[inputs]);
        Reset();
    }

    public int Inputs => _weights.Length;

    /// <summary>One for each input.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    public double Predict(ReadOnlySpan<double> inputs) => TensorPrimitives.Dot(inputs, (ReadOnlySpan<double>)_weights);

    /// <summary>Learns from one point.</summary>
    /// <returns>How far the prediction was off before.</returns>
    public double Update(ReadOnlySpan<double> inputs, double target)
    {
        var n = _weights.Length;
        for (var i = 0; i < n; i++) _gain[i] = TensorPrimitives.Dot(_covariance.AsSpan(i * n, n), inputs);
        var spread = _forgetting + TensorPrimitives.Dot(inputs, (ReadOnlySpan<double>)_gain);
        var error = target - Predict(inputs);
        var step = error / spread;
        if (!double.IsFinite(step))
        {
            Reset();
            return error;
        }
        TensorPrimitives.MultiplyAdd(_gain, step, _weights, _weights);
        var trace = 0.0;
        for (var i = 0; i < n; i++)
        {
            var row = _covariance.AsSpan(i * n, n);
            TensorPrimitives.MultiplyAdd(_gain, -_gain[i] / spread, row, row);
            TensorPrimitives.Divide(row, _forgetting, row);
            trace += row[i];
        }
        if (!(trace < Largest * n)) Reset();
        return error;
    }

    private void Reset()
    {
        Array.Clear(_covariance);
        for (var i = 0; i < _weights.Length; i++) _covariance[(i * _weights.Length) + i] = _prior;
    }
}
