namespace Granary.Forecasting.Neural;

/// <summary>
/// Where each weight of a network lies in one flat array. A layer holds its columns (one a number that comes in: the inputs, then the layer's own last
/// output), each with the weights of the four gates side by side (input, forget, output, candidate; each <see cref="Hidden"/> long), then its biases.
/// The head holds one column a hidden cell and input, its biases, and a weight a pair of anchor and output.
/// </summary>
public readonly record struct LstmShape(int Inputs, int Hidden, int Layers, int Outputs, int Anchors)
{
    public int Gates => 4 * Hidden;

    /// <summary>Numbers that come into a layer.</summary>
    public int Columns(int layer) => (layer == 0 ? Inputs : Hidden) + Hidden;

    public int Layer(int layer) => layer == 0 ? 0 : ((Inputs + Hidden + 1) * Gates) + ((layer - 1) * ((2 * Hidden) + 1) * Gates);

    public int Column(int layer, int column) => Layer(layer) + (column * Gates);

    public int Bias(int layer) => Column(layer, Columns(layer));

    /// <summary>Numbers that come into the head: the last layer's output, then the inputs.</summary>
    public int HeadColumns => Hidden + Inputs;

    public int Head => Layer(Layers);

    public int HeadColumn(int column) => Head + (column * Outputs);

    public int HeadBias => HeadColumn(HeadColumns);

    public int Anchor(int anchor) => HeadBias + Outputs + (anchor * Outputs);

    /// <summary>All weights.</summary>
    public int Count => Anchor(Anchors);
}
