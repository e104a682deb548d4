namespace Granary.Optimization.Nsga3;

/// <summary>A problem with box bounds: several objectives, each the smaller the better, and constraints.</summary>
public interface IProblem
{
    int Variables { get; }

    int Objectives { get; }

    /// <summary>How many constraints; each is kept where its value is 0 or less, and broken by as much as it is over 0.</summary>
    int Constraints => 0;

    /// <summary>Fills in the bounds of every variable.</summary>
    void Bounds(Span<double> lower, Span<double> upper);

    /// <summary>Fills in objectives and constraints at <paramref name="x"/>. A value that is not finite makes the point infeasible beyond all others; it is never in a result.</summary>
    void Evaluate(ReadOnlySpan<double> x, Span<double> objectives, Span<double> constraints);
}
