using System.Numerics;
using System.Numerics.Tensors;

namespace Granary.Forecasting.Neural;

/// <summary>
/// Truncated back-propagation through time (Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories",
/// 1990): records a stretch of steps forward, then carries errors back through them. The state goes on from stretch to stretch, the errors do not.
/// Buffers are made once; a stretch allocates nothing.
/// </summary>
internal sealed class LstmTape<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LstmShape _shape;
    private readonly T[] _inputs, _anchors, _results, _gates, _cells, _tanhs, _outputs;
    private readonly T[] _errorUp, _errorOutput, _errorCell, _errorGates;

    public LstmTape(LstmShape shape, int steps)
    {
        var cells = shape.Layers * shape.Hidden;
        (_shape, Capacity) = (shape, steps);
        _inputs = new T[steps * shape.Inputs];
        _anchors = new T[steps * shape.Anchors * shape.Outputs];
        _results = new T[steps * shape.Outputs];
        _gates = new T[steps * shape.Layers * shape.Gates];
        _tanhs = new T[steps * cells];
        // one step more: what was before the first
        _cells = new T[(steps + 1) * cells];
        _outputs = new T[(steps + 1) * cells];
        _errorUp = new T[steps * shape.Hidden];
        (_errorOutput, _errorCell, _errorGates) = (new T[shape.Hidden], new T[shape.Hidden], new T[shape.Gates]);
    }

    public int Capacity { get; }

    public int Count { get; private set; }

    public Span<T> Input(int step) => _inputs.AsSpan(step * _shape.Inputs, _shape.Inputs);

    public Span<T> Anchors(int step) => _anchors.AsSpan(step * _shape.Anchors * _shape.Outputs, _shape.Anchors * _shape.Outputs);

    /// <summary>After <see cref="Forward"/> the head's answer; before <see cref="Backward"/> the caller puts the loss's derivative there.</summary>
    public Span<T> Result(int step) => _results.AsSpan(step * _shape.Outputs, _shape.Outputs);

    public void Start(LstmState<T> state)
    {
        Count = 0;
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            state.Cell(layer).CopyTo(Cell(0, layer));
            state.OutputOf(layer).CopyTo(Output(0, layer));
        }
    }

    /// <summary>One step, from what the caller wrote into <see cref="Input"/> and <see cref="Anchors"/> of it.</summary>
    public void Forward(LstmNetwork<T> network)
    {
        var t = Count++;
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            network.Step(layer, Below(t, layer), Output(t, layer), Cell(t, layer), Gates(t, layer), Cell(t + 1, layer), Tanh(t, layer), Output(t + 1, layer));
        }
        network.Head(Output(t + 1, _shape.Layers - 1), Input(t), Anchors(t), Result(t));
    }

    public void End(LstmState<T> state)
    {
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            Cell(Count, layer).CopyTo(state.Cell(layer));
            Output(Count, layer).CopyTo(state.OutputOf(layer));
        }
    }

    /// <summary>Adds the derivatives by every weight to the gradient, from those by the results.</summary>
    public void Backward(LstmNetwork<T> network, Span<T> gradient)
    {
        for (var t = 0; t < Count; t++) BackwardHead(network, t, gradient);
        for (var layer = _shape.Layers - 1; layer >= 0; layer--)
        {
            Array.Clear(_errorOutput);
            Array.Clear(_errorCell);
            for (var t = Count - 1; t >= 0; t--) BackwardStep(network, layer, t, gradient);
        }
    }

    private void BackwardHead(LstmNetwork<T> network, int t, Span<T> gradient)
    {
        ReadOnlySpan<T> error = Result(t);
        var (width, at) = (_shape.Outputs, _shape.Head);
        var output = Output(t + 1, _shape.Layers - 1);
        var up = _errorUp.AsSpan(t * _shape.Hidden, _shape.Hidden);
        for (var j = 0; j < output.Length; j++, at += width)
        {
            up[j] = TensorPrimitives.Dot(network.Weights.AsSpan(at, width), error);
            Accumulate(error, output[j], gradient.Slice(at, width));
        }
        foreach (var x in Input(t))
        {
            Accumulate(error, x, gradient.Slice(at, width));
            at += width;
        }
        TensorPrimitives.Add(gradient.Slice(at, width), error, gradient.Slice(at, width));
        for (var a = 0; a < _shape.Anchors; a++)
        {
            var part = gradient.Slice(_shape.Anchor(a), width);
            TensorPrimitives.MultiplyAdd(error, Anchors(t).Slice(a * width, width), part, part);
        }
    }

    private void BackwardStep(LstmNetwork<T> network, int layer, int t, Span<T> gradient)
    {
        var (hidden, width) = (_shape.Hidden, _shape.Gates);
        var up = _errorUp.AsSpan(t * hidden, hidden);
        TensorPrimitives.Add(_errorOutput, up, _errorOutput);
        LstmGates.Backward<T>(Gates(t, layer), Cell(t, layer), Tanh(t, layer), _errorOutput, _errorCell, _errorGates);
        ReadOnlySpan<T> error = _errorGates;
        var at = _shape.Layer(layer);
        var below = Below(t, layer);
        for (var j = 0; j < below.Length; j++, at += width)
        {
            // what the layer below is told of its output
            if (layer > 0) up[j] = TensorPrimitives.Dot(network.Weights.AsSpan(at, width), error);
            Accumulate(error, below[j], gradient.Slice(at, width));
        }
        var last = Output(t, layer);
        for (var j = 0; j < hidden; j++, at += width)
        {
            _errorOutput[j] = TensorPrimitives.Dot(network.Weights.AsSpan(at, width), error);
            Accumulate(error, last[j], gradient.Slice(at, width));
        }
        TensorPrimitives.Add(gradient.Slice(at, width), error, gradient.Slice(at, width));
    }

    private static void Accumulate(ReadOnlySpan<T> error, T factor, Span<T> gradient) => TensorPrimitives.MultiplyAdd(error, factor, gradient, gradient);

    private Span<T> Below(int t, int layer) => layer == 0 ? Input(t) : Output(t + 1, layer - 1);

    private Span<T> Gates(int t, int layer) => _gates.AsSpan(((t * _shape.Layers) + layer) * _shape.Gates, _shape.Gates);

    private Span<T> Cell(int t, int layer) => Slot(_cells, t, layer);

    private Span<T> Output(int t, int layer) => Slot(_outputs, t, layer);

    private Span<T> Tanh(int t, int layer) => Slot(_tanhs, t, layer);

    private Span<T> Slot(T[] of, int t, int layer) => of.AsSpan(((t * _shape.Layers) + layer) * _shape.Hidden, _shape.Hidden);
}
