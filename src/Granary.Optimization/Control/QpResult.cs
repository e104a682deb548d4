namespace Granary.Optimization.Control;

/// <summary>How a solver ended.</summary>
public enum QpStatus
{
    /// <summary>The answer keeps the tolerances.</summary>
    Solved,

    /// <summary>No point keeps all rows: a combination of rows proves it.</summary>
    Infeasible,

    /// <summary>The objective falls without end along a direction that the rows allow, if any point keeps them at all.</summary>
    Unbounded,

    /// <summary>The limit of iterations came first; the answer is the best so far and its residuals say how good.</summary>
    IterationLimit,
}

/// <summary>What a solver found.</summary>
/// <param name="X">Finite values; zeros where the problem is infeasible or unbounded.</param>
/// <param name="Dual">One multiplier a row: over 0 where the upper bound holds it back, under 0 at the lower.</param>
/// <param name="PrimalResidual">The largest distance of a row from its bounds.</param>
/// <param name="DualResidual">The largest part of Px + q + A'y.</param>
public sealed record QpResult(QpStatus Status, double[] X, double[] Dual, double Objective, double PrimalResidual, double DualResidual, int Iterations);

/// <summary>The settings of the solver.</summary>
public sealed record QpOptions
{
    /// <summary>Residuals, absolute and relative, at which a problem counts as solved.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>How sure a proof of infeasibility or unboundedness must be.</summary>
    public double CertificateTolerance { get; init; } = 1e-6;

    public int MaxIterations { get; init; } = 20_000;

    /// <summary>Solve once more on the rows that are active at the end: residuals near rounding.</summary>
    public bool Polish { get; init; } = true;

    internal void Validate()
    {
        Require.Within(Tolerance, 1e-12, 1, nameof(Tolerance));
        Require.Within(CertificateTolerance, 1e-12, 1, nameof(CertificateTolerance));
        Require.AtLeast(MaxIterations, 1, nameof(MaxIterations));
    }
}
