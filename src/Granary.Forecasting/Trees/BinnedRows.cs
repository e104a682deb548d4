namespace Granary.Forecasting.Trees;

/// <summary>
/// Rows of features with each value replaced by the number of its bin; bins hold about as many rows each. Sums over bins then stand for sums over sorted
/// values (Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", 2017). Stored feature by feature.
/// </summary>
internal sealed class BinnedRows
{
    private const int Sampled = 20_000;
    private readonly byte[] _bins;
    private readonly float[][] _edges;

    /// <param name="values">Row after row, each with as many values as there are features; finite.</param>
    public BinnedRows(ReadOnlySpan<float> values, int features, int bins)
    {
        (Features, Rows, Bins) = (features, values.Length / features, bins);
        (_bins, _edges) = (new byte[values.Length], new float[features][]);
        var stride = Math.Max(1, Rows / Sampled);
        var column = new float[(Rows + stride - 1) / stride];
        for (var feature = 0; feature < features; feature++)
        {
            for (var n = 0; n < column.Length; n++) column[n] = values[(n * stride * features) + feature];
            var edges = _edges[feature] = Edges(column, bins);
            for (var row = 0; row < Rows; row++)
            {
                var at = Array.BinarySearch(edges, values[(row * features) + feature]);
                _bins[(feature * Rows) + row] = (byte)(at < 0 ? ~at : at);
            }
        }
    }

    public int Rows { get; }

    public int Features { get; }

    public int Bins { get; }

    public ReadOnlySpan<byte> Feature(int feature) => _bins.AsSpan(feature * Rows, Rows);

    /// <summary>Bins in use; the last has no edge above it.</summary>
    public int BinsOf(int feature) => _edges[feature].Length + 1;

    /// <summary>The largest value of a bin.</summary>
    public float Edge(int feature, int bin) => _edges[feature][bin];

    // between two neighbours, so that a value not seen before falls on the nearer side
    private static float[] Edges(float[] column, int bins)
    {
        Array.Sort(column);
        var edges = new List<float>();
        for (var b = 1; b < bins; b++)
        {
            var at = (int)((long)b * column.Length / bins);
            if (at == 0 || column[at] == column[at - 1]) at = Array.FindIndex(column, at, v => v > column[Math.Max(0, at)]);
            if (at <= 0) continue;
            var edge = column[at - 1] + ((column[at] - column[at - 1]) / 2);
            if (edge < column[at] && (edges.Count == 0 || edge > edges[^1])) edges.Add(edge);
        }
        return [.. edges];
    }
}
