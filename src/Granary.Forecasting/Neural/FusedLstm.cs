using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Granary.Forecasting.Neural;

/// <summary>
/// One pass a layer: for sixteen cells at a time the four gates are summed in registers, activated and folded into cell and output, with nothing stored between.
/// Weights are laid out in the order in which the pass reads them: block of sixteen cells, column, gate, cell.
/// </summary>
internal sealed class FusedLstm : LstmInference
{
    private const int Width = 16;
    private readonly float[][] _weights;
    private readonly float[][] _columns;
    private readonly float[] _cells;
    private readonly float[] _output;

    public FusedLstm(LstmNetwork<float> network)
        : base(network.Shape)
    {
        _weights = [.. Enumerable.Range(0, Shape.Layers).Select(layer => Pack(network, layer))];
        // what comes into a layer, side by side: from below, then its own last output
        _columns = [.. Enumerable.Range(0, Shape.Layers).Select(layer => new float[Shape.Columns(layer)])];
        (_cells, _output) = (new float[Shape.Layers * Shape.Hidden], new float[Shape.Hidden]);
    }

    public override ReadOnlySpan<float> Output => _output;

    public override void Clear()
    {
        foreach (var columns in _columns) Array.Clear(columns);
        Array.Clear(_cells);
        Array.Clear(_output);
    }

    public override void CopyFrom(LstmInference other)
    {
        var from = (FusedLstm)other;
        for (var layer = 0; layer < _columns.Length; layer++) from._columns[layer].CopyTo(_columns[layer], 0);
        from._cells.CopyTo(_cells, 0);
        from._output.CopyTo(_output, 0);
    }

    public override void Advance(ReadOnlySpan<float> input)
    {
        for (var layer = 0; layer < Shape.Layers; layer++)
        {
            var columns = _columns[layer];
            (layer == 0 ? input : _output).CopyTo(columns);
            Pass(_weights[layer], columns, _cells.AsSpan(layer * Shape.Hidden, Shape.Hidden), _output);
            _output.CopyTo(columns.AsSpan(columns.Length - Shape.Hidden));
        }
    }

    private static void Pass(float[] weights, float[] columns, Span<float> cells, float[] output)
    {
        ref var w = ref MemoryMarshal.GetArrayDataReference(weights);
        nuint at = 0;
        for (var n = 0; n < output.Length; n += Width)
        {
            var i = Vector512.LoadUnsafe(ref w, at);
            var f = Vector512.LoadUnsafe(ref w, at + Width);
            var o = Vector512.LoadUnsafe(ref w, at + (2 * Width));
            var g = Vector512.LoadUnsafe(ref w, at + (3 * Width));
            at += 4 * Width;
            foreach (var column in columns)
            {
                var x = Vector512.Create(column);
                i = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref w, at), x, i);
                f = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref w, at + Width), x, f);
                o = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref w, at + (2 * Width)), x, o);
                g = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref w, at + (3 * Width)), x, g);
                at += 4 * Width;
            }
            FusedGates.Finish(i.GetLower(), f.GetLower(), o.GetLower(), g.GetLower(), cells[n..], output.AsSpan(n));
            FusedGates.Finish(i.GetUpper(), f.GetUpper(), o.GetUpper(), g.GetUpper(), cells[(n + (Width / 2))..], output.AsSpan(n + (Width / 2)));
        }
    }

    private static float[] Pack(LstmNetwork<float> network, int layer)
    {
        var (shape, columns) = (network.Shape, network.Shape.Columns(layer));
        var packed = new float[(columns + 1) * shape.Gates];
        var at = 0;
        for (var n = 0; n < shape.Hidden; n += Width)
        {
            // the bias comes first: it is where the sums begin
            for (var column = -1; column < columns; column++)
            {
                var from = column < 0 ? shape.Bias(layer) : shape.Column(layer, column);
                for (var gate = 0; gate < 4; gate++, at += Width) network.Weights.AsSpan(from + (gate * shape.Hidden) + n, Width).CopyTo(packed.AsSpan(at));
            }
        }
        return packed;
    }
}

/// <summary>The end of a fused pass: activations, cells and outputs of eight cells.</summary>
internal static class FusedGates
{
    public static void Finish(Vector256<float> i, Vector256<float> f, Vector256<float> o, Vector256<float> g, Span<float> cells, Span<float> output)
    {
        var cell = (Sigmoid(f) * Vector256.Create<float>(cells)) + (Sigmoid(i) * Tanh(g));
        cell.CopyTo(cells);
        (Sigmoid(o) * Tanh(cell)).CopyTo(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Tanh(Vector256<float> x) => (Sigmoid(x + x) * Vector256.Create(2f)) - Vector256<float>.One;
}
