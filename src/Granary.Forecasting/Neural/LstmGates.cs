using System.Numerics;

namespace Granary.Forecasting.Neural;

/// <summary>The derivatives through the gates of one step, a vector of cells at a time.</summary>
internal static class LstmGates
{
    /// <param name="gates">Activated: input, forget, output, candidate.</param>
    /// <param name="lastCell">The cells before the step.</param>
    /// <param name="tanh">Of the cells after it.</param>
    /// <param name="errorOutput">The loss's derivative by the step's outputs.</param>
    /// <param name="errorCell">By the cells after the step; becomes that by the cells before it.</param>
    /// <param name="errorGates">Becomes that by the gates before their activation.</param>
    public static void Backward<T>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> lastCell, ReadOnlySpan<T> tanh, ReadOnlySpan<T> errorOutput, Span<T> errorCell, Span<T> errorGates)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var hidden = tanh.Length;
        var one = Vector<T>.One;
        for (var n = 0; n < hidden; n += Vector<T>.Count)
        {
            var (i, f, o, g) = (At(gates, n), At(gates, hidden + n), At(gates, (2 * hidden) + n), At(gates, (3 * hidden) + n));
            var (squashed, output) = (At(tanh, n), At(errorOutput, n));
            var cell = At(errorCell, n) + (output * o * (one - (squashed * squashed)));
            (cell * g * i * (one - i)).CopyTo(errorGates[n..]);
            (cell * At(lastCell, n) * f * (one - f)).CopyTo(errorGates[(hidden + n)..]);
            (output * squashed * o * (one - o)).CopyTo(errorGates[((2 * hidden) + n)..]);
            (cell * i * (one - (g * g))).CopyTo(errorGates[((3 * hidden) + n)..]);
            (cell * f).CopyTo(errorCell[n..]);
        }
    }

    private static Vector<T> At<T>(ReadOnlySpan<T> values, int n)
        where T : unmanaged => new(values[n..]);
}
