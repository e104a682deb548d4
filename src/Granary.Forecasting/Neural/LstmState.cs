using System.Numerics;

namespace Granary.Forecasting.Neural;

/// <summary>What a network remembers between steps, and room for a step: cells and outputs a layer.</summary>
internal sealed class LstmState<T>(LstmShape shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _cells = new T[shape.Layers * shape.Hidden];
    private readonly T[] _outputs = new T[shape.Layers * shape.Hidden];
    private readonly T[] _gates = new T[shape.Gates];
    private readonly T[] _tanh = new T[shape.Hidden];
    private readonly T[] _next = new T[shape.Hidden];

    public ReadOnlySpan<T> Output => _outputs.AsSpan((shape.Layers - 1) * shape.Hidden, shape.Hidden);

    public Span<T> Cell(int layer) => _cells.AsSpan(layer * shape.Hidden, shape.Hidden);

    public Span<T> OutputOf(int layer) => _outputs.AsSpan(layer * shape.Hidden, shape.Hidden);

    public void Clear()
    {
        Array.Clear(_cells);
        Array.Clear(_outputs);
    }

    public void CopyFrom(LstmState<T> other)
    {
        other._cells.CopyTo(_cells, 0);
        other._outputs.CopyTo(_outputs, 0);
    }

    /// <summary>Moves every layer on by one step.</summary>
    public void Advance(LstmNetwork<T> network, ReadOnlySpan<T> input)
    {
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var cell = Cell(layer);
            network.Step(layer, layer == 0 ? input : OutputOf(layer - 1), OutputOf(layer), cell, _gates, cell, _tanh, _next);
            _next.CopyTo(OutputOf(layer));
        }
    }
}
