using System.Numerics;
using System.Numerics.Tensors;

namespace Granary.Forecasting.Neural;

/// <summary>
/// A recurrent network of long short-term memory (Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers, Schmidhuber and
/// Cummins, "Learning to forget", 2000), and a linear head that also sees the inputs and a few simple forecasts (anchors). The head starts at zero, so an
/// untrained network answers zero. Generic over the number type: single precision in use, double where gradients are checked.
/// </summary>
internal sealed class LstmNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public LstmNetwork(LstmShape shape, T[] weights)
    {
        if (weights.Length != shape.Count) throw new ArgumentException($"the network has {shape.Count} weights, not {weights.Length}", nameof(weights));
        (Shape, Weights) = (shape, weights);
    }

    public LstmShape Shape { get; }

    public T[] Weights { get; }

    /// <summary>Weights as Glorot and Bengio draw them (2010), forget gates open (Jozefowicz, Zaremba and Sutskever, 2015), the head at zero.</summary>
    public static LstmNetwork<T> Create(LstmShape shape, int seed)
    {
        var random = new Random(seed);
        var weights = new T[shape.Count];
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var reach = Math.Sqrt(6.0 / (shape.Columns(layer) + shape.Hidden));
            for (var i = shape.Layer(layer); i < shape.Bias(layer); i++) weights[i] = T.CreateTruncating(((2 * random.NextDouble()) - 1) * reach);
            weights.AsSpan(shape.Bias(layer) + shape.Hidden, shape.Hidden).Fill(T.One);
        }
        return new(shape, weights);
    }

    /// <summary>One layer, one step: gates (activated), cells and outputs from what comes in and the step before. All buffers are the caller's.</summary>
    public void Step(int layer, ReadOnlySpan<T> input, ReadOnlySpan<T> lastOutput, ReadOnlySpan<T> lastCell, Span<T> gates, Span<T> cell, Span<T> cellTanh, Span<T> output)
    {
        var (hidden, width) = (Shape.Hidden, Shape.Gates);
        Weights.AsSpan(Shape.Bias(layer), width).CopyTo(gates);
        var at = Shape.Layer(layer);
        for (var j = 0; j < input.Length; j++, at += width) TensorPrimitives.MultiplyAdd(Weights.AsSpan(at, width), input[j], gates, gates);
        for (var j = 0; j < hidden; j++, at += width) TensorPrimitives.MultiplyAdd(Weights.AsSpan(at, width), lastOutput[j], gates, gates);
        TensorPrimitives.Sigmoid<T>(gates[..(3 * hidden)], gates[..(3 * hidden)]);
        TensorPrimitives.Tanh<T>(gates[(3 * hidden)..], gates[(3 * hidden)..]);
        TensorPrimitives.Multiply(gates[..hidden], gates[(3 * hidden)..], cellTanh);
        TensorPrimitives.MultiplyAdd(gates[hidden..(2 * hidden)], lastCell, cellTanh, cell);
        TensorPrimitives.Tanh<T>(cell, cellTanh);
        TensorPrimitives.Multiply(gates[(2 * hidden)..(3 * hidden)], cellTanh, output);
    }

    /// <summary>What the head makes of the last layer's output, the inputs and the anchors (anchor by anchor, each <see cref="LstmShape.Outputs"/> long).</summary>
    public void Head(ReadOnlySpan<T> output, ReadOnlySpan<T> input, ReadOnlySpan<T> anchors, Span<T> result)
    {
        var width = Shape.Outputs;
        Weights.AsSpan(Shape.HeadBias, width).CopyTo(result);
        var at = Shape.Head;
        for (var j = 0; j < output.Length; j++, at += width) TensorPrimitives.MultiplyAdd(Weights.AsSpan(at, width), output[j], result, result);
        for (var j = 0; j < input.Length; j++, at += width) TensorPrimitives.MultiplyAdd(Weights.AsSpan(at, width), input[j], result, result);
        for (var a = 0; a < Shape.Anchors; a++)
            TensorPrimitives.MultiplyAdd(Weights.AsSpan(Shape.Anchor(a), width), anchors.Slice(a * width, width), result, result);
    }
}
