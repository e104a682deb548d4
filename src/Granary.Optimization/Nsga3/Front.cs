namespace Granary.Optimization.Nsga3;

/// <summary>One point of a result.</summary>
/// <param name="Variables">Within the bounds of the problem.</param>
/// <param name="Objectives">Finite, the smaller the better.</param>
/// <param name="Violation">The sum of the broken constraints; 0 in a feasible front.</param>
public sealed record Solution(double[] Variables, double[] Objectives, double Violation);

/// <summary>What a run found.</summary>
/// <param name="Solutions">Feasible points that no other of them dominates; where none is feasible, the one that breaks the constraints least, or nothing where no evaluation was finite.</param>
/// <param name="Feasible">Whether the solutions keep every constraint.</param>
/// <param name="Generations">How many generations were run.</param>
public sealed record Front(IReadOnlyList<Solution> Solutions, bool Feasible, int Generations);
