using System.Numerics;

namespace Granary.Forecasting.Neural;

/// <summary>
/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015) with decay of the weights apart from the gradient (Loshchilov and Hutter, 2019) and
/// gradients clipped to a norm (Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013). A step allocates nothing.
/// </summary>
internal sealed class Adam(int count, double rate, double clipNorm, double decay = 1e-4)
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;
    private readonly float[] _mean = new float[count];
    private readonly float[] _square = new float[count];
    private int _steps;

    public void Clear()
    {
        Array.Clear(_mean);
        Array.Clear(_square);
        _steps = 0;
    }

    /// <summary>Moves the weights against the gradient. A gradient that is not finite changes nothing; the answer is whether it was finite.</summary>
    public bool Step(Span<float> weights, Span<float> gradient)
    {
        var norm = Math.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(gradient));
        if (!double.IsFinite(norm)) return false;
        _steps++;
        var shrink = new Vector<float>((float)(norm > clipNorm ? clipNorm / norm : 1));
        var size = (float)(rate * Math.Sqrt(1 - Math.Pow(Beta2, _steps)) / (1 - Math.Pow(Beta1, _steps)));
        var keep = (float)(1 - (rate * decay));
        var n = 0;
        for (; n <= count - Vector<float>.Count; n += Vector<float>.Count)
        {
            var g = new Vector<float>(gradient[n..]) * shrink;
            var m = (new Vector<float>(_mean, n) * Beta1) + (g * (1 - Beta1));
            var v = (new Vector<float>(_square, n) * Beta2) + (g * g * (1 - Beta2));
            m.CopyTo(_mean, n);
            v.CopyTo(_square, n);
            var w = (new Vector<float>(weights[n..]) * keep) - (m * size / (Vector.SquareRoot(v) + new Vector<float>(Epsilon)));
            w.CopyTo(weights[n..]);
        }
        for (; n < count; n++)
        {
            var g = gradient[n] * shrink[0];
            _mean[n] = (_mean[n] * Beta1) + (g * (1 - Beta1));
            _square[n] = (_square[n] * Beta2) + (g * g * (1 - Beta2));
            weights[n] = (weights[n] * keep) - (_mean[n] * size / (MathF.Sqrt(_square[n]) + Epsilon));
        }
        return true;
    }
}
