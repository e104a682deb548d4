using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Granary.Forecasting.Neural;

/// <summary>
/// The fused pass in 8 bits, as Jacob et al. quantize ("Quantization and training of neural networks for efficient integer-arithmetic-only inference", 2018):
/// weights symmetric with a scale a gate and cell, what comes in with a scale a part (inputs up to 8, outputs up to 1), sums exact in 32 bits. Four columns at
/// a time go into one dot-product instruction where the processor has it; elsewhere plain arithmetic gives the same sums, bit for bit. The head stays single precision.
/// </summary>
internal sealed class QuantizedLstm : LstmInference
{
    private const int Width = 8, Group = 4, Zero = 128;
    private const float InputScale = 8f / 127, OutputScale = 1f / 127;
    private readonly Layer[] _layers;
    private readonly float[] _output;

    public QuantizedLstm(LstmNetwork<float> network)
        : base(network.Shape)
    {
        _layers = [.. Enumerable.Range(0, Shape.Layers).Select(layer => new Layer(network, layer))];
        _output = new float[Shape.Hidden];
    }

    public override ReadOnlySpan<float> Output => _output;

    /// <summary>False keeps to plain arithmetic: for tests.</summary>
    internal bool Accelerated { get; init; } = AvxVnni.IsSupported;

    /// <summary>Bytes of weights, with what each gate and cell needs beside them.</summary>
    internal int Size => _layers.Sum(l => l.Weights.Length + (16 * l.Scales.Length));

    public override void Clear()
    {
        foreach (var layer in _layers) layer.Clear();
        Array.Clear(_output);
    }

    public override void CopyFrom(LstmInference other)
    {
        var from = (QuantizedLstm)other;
        for (var layer = 0; layer < _layers.Length; layer++) _layers[layer].CopyFrom(from._layers[layer]);
        from._output.CopyTo(_output, 0);
    }

    public override void Advance(ReadOnlySpan<float> input)
    {
        for (var n = 0; n < _layers.Length; n++)
        {
            var layer = _layers[n];
            Quantize(n == 0 ? input : _output, layer.Below, n == 0 ? InputScale : OutputScale);
            Pass(layer);
            Quantize(_output, layer.Last, OutputScale);
        }
    }

    private void Pass(Layer layer)
    {
        var at = 0;
        for (var block = 0; block < _output.Length / Width; block++)
        {
            var i = Sum(layer, ref at, block, 0);
            var f = Sum(layer, ref at, block, 1);
            var o = Sum(layer, ref at, block, 2);
            var g = Sum(layer, ref at, block, 3);
            FusedGates.Finish(i, f, o, g, layer.Cells.AsSpan(block * Width), _output.AsSpan(block * Width));
        }
    }

    // inputs and outputs have scales of their own, so each has a sum of its own
    private Vector256<float> Sum(Layer layer, ref int at, int block, int gate)
    {
        var row = ((block * 4) + gate) * Width;
        var below = Dot(layer.Weights, ref at, layer.Below, Vector256.Create<int>(layer.BelowStart.AsSpan(row)));
        var last = Dot(layer.Weights, ref at, layer.Last, Vector256.Create<int>(layer.LastStart.AsSpan(row)));
        var sum = (Vector256.ConvertToSingle(below) * Vector256.Create(layer.BelowScale)) + (Vector256.ConvertToSingle(last) * Vector256.Create(OutputScale));
        return (sum * Vector256.Create<float>(layer.Scales.AsSpan(row))) + Vector256.Create<float>(layer.Bias.AsSpan(row));
    }

    private Vector256<int> Dot(sbyte[] weights, ref int at, byte[] columns, Vector256<int> sum)
    {
        if (Accelerated)
        {
            ref var w = ref MemoryMarshal.GetArrayDataReference(weights);
            foreach (var four in MemoryMarshal.Cast<byte, int>(columns))
            {
                sum = AvxVnni.MultiplyWideningAndAdd(sum, Vector256.Create(four).AsByte(), Vector256.LoadUnsafe(ref w, (nuint)at));
                at += Width * Group;
            }
            return sum;
        }
        for (var j = 0; j < columns.Length; j += Group)
        {
            for (var n = 0; n < Width; n++, at += Group)
            {
                var dot = 0;
                for (var q = 0; q < Group; q++) dot += columns[j + q] * weights[at + q];
                sum = sum.WithElement(n, sum[n] + dot);
            }
        }
        return sum;
    }

    private static void Quantize(ReadOnlySpan<float> values, byte[] into, float scale)
    {
        var (n, factor) = (0, 1 / scale);
        for (; n <= values.Length - 16; n += 16)
        {
            var (low, high) = (Rounded(values[n..], factor), Rounded(values[(n + 8)..], factor));
            // two steps down, from 32 bits to 8
            var words = Vector256.Narrow(low, high);
            (Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte() + Vector128.Create((byte)Zero)).CopyTo(into.AsSpan(n));
        }
        for (; n < values.Length; n++) into[n] = (byte)(Math.Clamp((int)MathF.Round(values[n] * factor), -127, 127) + Zero);
    }

    private static Vector256<int> Rounded(ReadOnlySpan<float> values, float factor)
    {
        var scaled = Vector256.Round(Vector256.Create(values) * Vector256.Create(factor));
        return Vector256.ConvertToInt32(Vector256.Max(Vector256.Min(scaled, Vector256.Create(127f)), Vector256.Create(-127f)));
    }

    /// <summary>A layer's weights in the order in which the pass reads them (block of eight cells, gate, four columns, cell, column), and what it remembers.</summary>
    private sealed class Layer
    {
        public Layer(LstmNetwork<float> network, int layer)
        {
            var (shape, hidden) = (network.Shape, network.Shape.Hidden);
            var inputs = shape.Columns(layer) - hidden;
            (Below, Last, Cells) = (new byte[Padded(inputs)], new byte[Padded(hidden)], new float[hidden]);
            (Scales, Bias, BelowStart, LastStart) = (new float[shape.Gates], new float[shape.Gates], new int[shape.Gates], new int[shape.Gates]);
            Weights = new sbyte[shape.Gates * (Below.Length + Last.Length)];
            BelowScale = layer == 0 ? InputScale : OutputScale;
            Clear();
            var at = 0;
            for (var n = 0; n < hidden; n += Width)
            {
                for (var gate = 0; gate < 4; gate++)
                {
                    for (var cell = 0; cell < Width; cell++) Scale(network, layer, (gate * hidden) + n + cell, (((n / Width * 4) + gate) * Width) + cell);
                    Pack(network, layer, 0, inputs, (gate * hidden) + n, ((n / Width * 4) + gate) * Width, BelowStart, ref at);
                    Pack(network, layer, inputs, hidden, (gate * hidden) + n, ((n / Width * 4) + gate) * Width, LastStart, ref at);
                }
            }
        }

        public sbyte[] Weights { get; }

        public float[] Scales { get; }

        public float[] Bias { get; }

        /// <summary>Where the sums begin: what comes in is stored with 128 added, and this takes that out again.</summary>
        public int[] BelowStart { get; }

        public int[] LastStart { get; }

        public float BelowScale { get; }

        public byte[] Below { get; }

        public byte[] Last { get; }

        public float[] Cells { get; }

        public void Clear()
        {
            Array.Fill(Below, (byte)Zero);
            Array.Fill(Last, (byte)Zero);
            Array.Clear(Cells);
        }

        public void CopyFrom(Layer other)
        {
            other.Below.CopyTo(Below, 0);
            other.Last.CopyTo(Last, 0);
            other.Cells.CopyTo(Cells, 0);
        }

        private static int Padded(int count) => (count + Group - 1) / Group * Group;

        private void Scale(LstmNetwork<float> network, int layer, int from, int row)
        {
            var largest = 0f;
            for (var column = 0; column < network.Shape.Columns(layer); column++)
                largest = Math.Max(largest, Math.Abs(network.Weights[network.Shape.Column(layer, column) + from]));
            Scales[row] = Math.Max(largest, 1e-30f) / 127;
            Bias[row] = network.Weights[network.Shape.Bias(layer) + from];
        }

        private void Pack(LstmNetwork<float> network, int layer, int first, int count, int from, int row, int[] start, ref int at)
        {
            for (var j = 0; j < Padded(count); j += Group)
            {
                for (var cell = 0; cell < Width; cell++)
                {
                    for (var q = 0; q < Group; q++, at++)
                    {
                        if (j + q >= count) continue;
                        var weight = network.Weights[network.Shape.Column(layer, first + j + q) + from + cell];
                        Weights[at] = (sbyte)Math.Clamp((int)MathF.Round(weight / Scales[row + cell]), -127, 127);
                        start[row + cell] -= Zero * Weights[at];
                    }
                }
            }
        }
    }
}
