namespace Granary.Forecasting.Neural;

/// <summary>How a forecaster's network takes a step.</summary>
public enum LstmPrecision
{
    /// <summary>Single precision, one fused pass a layer.</summary>
    Fused,

    /// <summary>8-bit weights and activations, 32-bit sums, the same fused pass.</summary>
    Int8,

    /// <summary>The pass that training uses, operation by operation; the other two are measured against it.</summary>
    Reference,
}

/// <summary>A network in use: what it remembers, moved on a step at a time. Allocates nothing after it is made; not thread-safe.</summary>
internal abstract class LstmInference(LstmShape shape)
{
    protected LstmShape Shape { get; } = shape;

    /// <summary>What the last layer put out at the last step.</summary>
    public abstract ReadOnlySpan<float> Output { get; }

    public static LstmInference Create(LstmNetwork<float> network, LstmPrecision precision) => precision switch
    {
        LstmPrecision.Fused => new FusedLstm(network),
        LstmPrecision.Int8 => new QuantizedLstm(network),
        _ => new ReferenceLstm(network),
    };

    public abstract void Clear();

    public abstract void CopyFrom(LstmInference other);

    public abstract void Advance(ReadOnlySpan<float> input);
}

/// <summary>The pass that training uses.</summary>
internal sealed class ReferenceLstm(LstmNetwork<float> network) : LstmInference(network.Shape)
{
    private readonly LstmState<float> _state = new(network.Shape);

    public override ReadOnlySpan<float> Output => _state.Output;

    public override void Clear() => _state.Clear();

    public override void CopyFrom(LstmInference other) => _state.CopyFrom(((ReferenceLstm)other)._state);

    public override void Advance(ReadOnlySpan<float> input) => _state.Advance(network, input);
}
