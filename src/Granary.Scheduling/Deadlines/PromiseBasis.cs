namespace Granary.Scheduling.Deadlines;

/// <summary>What an undeclared run time of a promise was taken from.</summary>
/// <param name="Confidence">With which probability the next run is no longer than what was assumed; 0 when nothing is known.</param>
/// <param name="Runs">Past runs it rests on; 0 for the default.</param>
internal sealed record PromiseBasis(double Confidence, int Runs);
