using System.Numerics.Tensors;

namespace Granary.Optimization.Control;

/// <summary>Small dense linear algebra on flat row-major arrays; no allocation.</summary>
internal static class Dense
{
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => TensorPrimitives.Dot(a, b);

    /// <summary>result = M x, with as many rows as the result is long.</summary>
    public static void Multiply(ReadOnlySpan<double> matrix, ReadOnlySpan<double> x, Span<double> result)
    {
        for (var i = 0; i < result.Length; i++) result[i] = Dot(matrix.Slice(i * x.Length, x.Length), x);
    }

    /// <summary>result = M'y.</summary>
    public static void MultiplyTransposed(ReadOnlySpan<double> matrix, ReadOnlySpan<double> y, Span<double> result)
    {
        result.Clear();
        for (var i = 0; i < y.Length; i++)
        {
            if (y[i] != 0) TensorPrimitives.MultiplyAdd(matrix.Slice(i * result.Length, result.Length), y[i], result, result);
        }
    }

    public static double MaxAbs(ReadOnlySpan<double> x)
    {
        var most = 0.0;
        foreach (var value in x) most = Math.Max(most, Math.Abs(value));
        return most;
    }

    /// <summary>Turns the lower triangle into the Cholesky factor; false where the matrix is not positive definite.</summary>
    public static bool Cholesky(Span<double> matrix, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i * n + j] - Dot(matrix.Slice(i * n, j), matrix.Slice(j * n, j));
                if (i != j) matrix[i * n + j] = sum / matrix[j * n + j];
                else if (sum > 0 && double.IsFinite(sum)) matrix[i * n + i] = Math.Sqrt(sum);
                else return false;
            }
        }
        return true;
    }

    /// <summary>Solves L L'x = b in place.</summary>
    public static void SolveCholesky(ReadOnlySpan<double> factor, Span<double> x)
    {
        var n = x.Length;
        for (var i = 0; i < n; i++) x[i] = (x[i] - Dot(factor.Slice(i * n, i), x[..i])) / factor[i * n + i];
        for (var i = n - 1; i >= 0; i--)
        {
            x[i] /= factor[i * n + i];
            TensorPrimitives.MultiplyAdd(factor.Slice(i * n, i), -x[i], x[..i], x[..i]);
        }
    }

    /// <summary>Solves M x = b in place by elimination with partial pivots; the matrix is destroyed. False where it is singular.</summary>
    public static bool Solve(Span<double> matrix, Span<double> x)
    {
        var n = x.Length;
        for (var c = 0; c < n; c++)
        {
            var pivot = c;
            for (var r = c + 1; r < n; r++) pivot = Math.Abs(matrix[r * n + c]) > Math.Abs(matrix[pivot * n + c]) ? r : pivot;
            if (!(Math.Abs(matrix[pivot * n + c]) > 1e-300)) return false;
            if (pivot != c)
            {
                for (var j = c; j < n; j++) (matrix[c * n + j], matrix[pivot * n + j]) = (matrix[pivot * n + j], matrix[c * n + j]);
                (x[c], x[pivot]) = (x[pivot], x[c]);
            }
            for (var r = c + 1; r < n; r++)
            {
                var factor = matrix[r * n + c] / matrix[c * n + c];
                if (factor == 0) continue;
                TensorPrimitives.MultiplyAdd(matrix.Slice(c * n + c, n - c), -factor, matrix.Slice(r * n + c, n - c), matrix.Slice(r * n + c, n - c));
                x[r] -= factor * x[c];
            }
        }
        for (var i = n - 1; i >= 0; i--) x[i] = (x[i] - Dot(matrix.Slice(i * n + i + 1, n - i - 1), x[(i + 1)..])) / matrix[i * n + i];
        return true;
    }
}
