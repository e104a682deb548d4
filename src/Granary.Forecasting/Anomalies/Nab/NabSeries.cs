namespace Granary.Forecasting.Anomalies.Nab;

/// <summary>A labelled series of the Numenta Anomaly Benchmark: its rows and its anomaly windows, from first to last row, both in it; in order, not overlapping.</summary>
public sealed record NabSeries(string Name, int Rows, IReadOnlyList<(int First, int Last)> Windows)
{
    /// <summary>Rows at the start in which nothing counts: 15% of the series, of its first 5,000 rows at most.</summary>
    public int Probation => (int)Math.Min(Math.Floor(0.15 * Rows), 0.15 * 5000);
}
