using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Granary.Forecasting.Models.Regression;

/// <summary>Linear maps from the last window of points straight to each of the next ones, by ridge regression in closed form.</summary>
/// <remarks>
/// The penalty is chosen by the error on the last part of the training windows. Least squares in closed form gives these models the optimum that gradient descent
/// looks for: Toner and Darlow, "An analysis of linear time series forecasting models", 2024. A horizon longer than the outputs is reached in pieces.
/// </remarks>
internal sealed class WindowRegression(int inputs, int outputs)
{
    private const int MostSamples = 4000;
    private static readonly double[] Penalties = [1e-4, 1e-3, 1e-2, 1e-1, 1];
    private readonly double[][] _weights = new double[outputs][];

    public int Inputs { get; } = inputs;

    public int Outputs { get; } = outputs;

    /// <param name="samples">How many there are.</param>
    /// <param name="fill">Fills the inputs and the outputs of a sample, oldest sample first.</param>
    public void Fit(int samples, Action<int, double[], double[]> fill)
    {
        var skip = Math.Max(0, samples - MostSamples);
        var (x, y) = (Matrix<double>.Build.Dense(samples - skip, Inputs), Matrix<double>.Build.Dense(samples - skip, Outputs));
        var (row, target) = (new double[Inputs], new double[Outputs]);
        for (var i = skip; i < samples; i++)
        {
            fill(i, row, target);
            x.SetRow(i - skip, row);
            y.SetRow(i - skip, target);
        }
        var n = x.RowCount;
        var train = n - Math.Max(1, n / 5);
        var penalty = Penalties[^2];
        if (train >= 2)
        {
            // outputs of the last training windows reach into the held-out ones: leave as many out between them as there is room for
            var gap = Math.Min(Outputs - 1, train / 2);
            var (earlier, goals) = (x.SubMatrix(0, train - gap, 0, Inputs), y.SubMatrix(0, train - gap, 0, Outputs));
            var (held, came) = (x.SubMatrix(train, n - train, 0, Inputs), y.SubMatrix(train, n - train, 0, Outputs));
            var (gram, moment) = (earlier.TransposeThisAndMultiply(earlier), earlier.TransposeThisAndMultiply(goals));
            penalty = Penalties.MinBy(p => ((held * Solve(gram, moment, p, earlier.RowCount)) - came).Enumerate().Sum(Math.Abs));
        }
        var weights = Solve(x.TransposeThisAndMultiply(x), x.TransposeThisAndMultiply(y), penalty, n);
        for (var h = 0; h < Outputs; h++) _weights[h] = weights.Column(h).ToArray();
    }

    private static Matrix<double> Solve(Matrix<double> gram, Matrix<double> moment, double penalty, int samples)
    {
        var ridged = gram.Clone();
        var size = Math.Max(gram.Trace() / gram.RowCount, 1e-9 * samples);
        for (var i = 0; i < ridged.RowCount; i++) ridged[i, i] += penalty * size + 1e-12;
        return ridged.Cholesky().Solve(moment);
    }

    public double Predict(int step, ReadOnlySpan<double> row) => TensorPrimitives.Dot(row, _weights[step]);
}
