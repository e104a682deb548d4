using System.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace Granary.Forecasting.Series;

/// <summary>Autocorrelation at every lag by way of the Fourier transform (Wiener and Khinchin): O(n log n).</summary>
public static class Autocorrelation
{
    /// <param name="values">Two or more, finite.</param>
    /// <param name="lags">How many lags after 0; below the number of values.</param>
    /// <returns>One for each lag from 0; all 0 but the first where the values are constant.</returns>
    public static double[] Of(ReadOnlySpan<double> values, int lags)
    {
        var mean = 0.0;
        foreach (var value in values) mean += value / values.Length;
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)(values.Length + lags + 1));
        var spectrum = new Complex[size];
        for (var i = 0; i < values.Length; i++) spectrum[i] = values[i] - mean;
        Fourier.Forward(spectrum, FourierOptions.NoScaling);
        for (var i = 0; i < size; i++) spectrum[i] = spectrum[i].Real * spectrum[i].Real + (spectrum[i].Imaginary * spectrum[i].Imaginary);
        Fourier.Inverse(spectrum, FourierOptions.NoScaling);
        var correlations = new double[lags + 1];
        correlations[0] = 1;
        var variance = spectrum[0].Real;
        // what is left of a constant by rounding is no variance
        if (!(variance > 1e-18 * size * values.Length * mean * mean)) return correlations;
        // each lag by as many products as it has: a long season would else look weaker than a short one
        for (var lag = 1; lag <= lags; lag++) correlations[lag] = spectrum[lag].Real / variance * values.Length / (values.Length - lag);
        return correlations;
    }
}
