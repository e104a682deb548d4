namespace Granary.Optimization.Control;

/// <summary>
/// Minimise ½ x'Px + q'x where lower &lt;= Ax &lt;= upper; P symmetric and positive semidefinite. A row whose bounds agree is an equation; a bound that is not
/// there is plus or minus infinity. Bounds of single variables are rows of A with one 1.
/// </summary>
/// <param name="P">n by n, row by row.</param>
/// <param name="Q">n values.</param>
/// <param name="A">m by n, row by row; m may be 0.</param>
public sealed record QuadraticProgram(double[] P, double[] Q, double[] A, double[] Lower, double[] Upper)
{
    public int Variables => Q.Length;

    public int Rows => Lower.Length;

    /// <summary>½ x'Px + q'x.</summary>
    public double Objective(ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        for (var i = 0; i < Variables; i++) sum += x[i] * (0.5 * Dense.Dot(P.AsSpan(i * Variables, Variables), x) + Q[i]);
        return sum;
    }

    /// <summary>Whether a row's bounds agree but for rounding.</summary>
    internal bool IsEquation(int row) => double.IsFinite(Upper[row]) && Upper[row] - Lower[row] <= 1e-12 * (1 + Math.Abs(Upper[row]));

    internal void Validate()
    {
        Require.AtLeast(Variables, 1, "the number of variables");
        Require.Length(P.Length, Variables * Variables, "P");
        Require.Length(A.Length, Rows * Variables, "A");
        Require.Length(Upper.Length, Rows, "upper bounds");
        Require.Finite(P, "P");
        Require.Finite(Q, "q");
        Require.Finite(A, "A");
        for (var i = 0; i < Rows; i++)
        {
            if (double.IsNaN(Lower[i]) || double.IsNaN(Upper[i]) || Lower[i] > Require.Largest || Upper[i] < -Require.Largest)
                throw new ArgumentException($"row {i} goes from {Lower[i]} to {Upper[i]}; a bound is a number, or -infinity below and infinity above where there is none");
        }
        for (var i = 0; i < Variables; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (Math.Abs(P[i * Variables + j] - P[j * Variables + i]) > 1e-9 * (1 + Math.Abs(P[i * Variables + j])))
                    throw new ArgumentException($"P is not symmetric at ({i}, {j}); take half the sum of it and its transpose");
            }
        }
    }
}
