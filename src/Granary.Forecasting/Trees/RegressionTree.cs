namespace Granary.Forecasting.Trees;

/// <summary>A grown tree: for each node what is asked and where each answer leads, or a value.</summary>
internal sealed class RegressionTree(int leaves)
{
    private readonly int[] _feature = new int[(2 * leaves) - 1];
    private readonly float[] _threshold = new float[(2 * leaves) - 1];
    private readonly int[] _left = new int[(2 * leaves) - 1];
    private readonly float[] _value = new float[(2 * leaves) - 1];

    public int Nodes { get; private set; } = 1;

    public void Leaf(int node, double value) => _value[node] = (float)value;

    /// <summary>Splits a leaf: values up to the threshold go to the node answered, others to the one after it.</summary>
    public int Split(int node, int feature, float threshold)
    {
        (_feature[node], _threshold[node], _left[node]) = (feature, threshold, Nodes);
        Nodes += 2;
        return Nodes - 2;
    }

    public float Predict(ReadOnlySpan<float> features)
    {
        var node = 0;
        while (_left[node] > 0) node = features[_feature[node]] <= _threshold[node] ? _left[node] : _left[node] + 1;
        return _value[node];
    }
}
