namespace Granary.Forecasting.Ensemble;

/// <summary>What an ensemble has learned of its members, to be kept.</summary>
/// <param name="Members">Their names, in order.</param>
/// <param name="Leads">The distances ahead.</param>
/// <param name="Rounds">Of each distance.</param>
/// <param name="Losses">Of each distance, what each member has lost.</param>
public sealed record EnsembleWeights(IReadOnlyList<string> Members, IReadOnlyList<int> Leads, IReadOnlyList<long> Rounds, IReadOnlyList<double[]> Losses);
