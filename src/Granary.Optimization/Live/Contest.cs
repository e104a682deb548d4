using Granary.Optimization.Policy;

namespace Granary.Optimization.Live;

/// <summary>Outcomes that a trial stands on, pair by pair, oldest first.</summary>
public sealed record ContestPairs(IReadOnlyList<double> Incumbent, IReadOnlyList<double> Candidate);

/// <summary>
/// Candidates in shadow, each judged against the same incumbent by its own <see cref="ShadowTrial"/>. What leads is the acting candidate with the highest advantage that is sure; nothing leads until
/// one has won. Pairs can be kept and given back, so that a trial outlives its process.
/// </summary>
/// <param name="range">Of advantages.</param>
public sealed class Contest(IReadOnlyList<string> names, double range)
{
    /// <summary>Most pairs that are kept of a candidate: a trial is decided long before, and then a window of the newest counts.</summary>
    public const int MostPairs = 1_000;

    private readonly Dictionary<string, Candidate> _candidates = names.ToDictionary(n => n, _ => new Candidate(range), StringComparer.Ordinal);

    public IReadOnlyList<string> Names { get; } = names;

    /// <exception cref="KeyNotFoundException">No candidate of this name.</exception>
    public ShadowTrial Trial(string name) => _candidates[name].Trial;

    /// <summary>Of the candidates that act, the one whose advantage is over the most with confidence; null: none acts.</summary>
    public string? Leader => Names.Where(n => Trial(n).State == TrialState.Acting).MaxBy(n => Trial(n).Advantage.Lower);

    /// <summary>What both were worth under the same conditions. One of a candidate that is not known is left out, as is one that is not finite.</summary>
    public void Observe(string name, double incumbent, double candidate)
    {
        if (!_candidates.TryGetValue(name, out var known) || !Require.IsFinite(incumbent) || !Require.IsFinite(candidate)) return;
        known.Trial.Observe(incumbent, candidate);
        known.Pairs.Enqueue((incumbent, candidate));
        if (known.Pairs.Count > MostPairs) known.Pairs.Dequeue();
    }

    public ContestPairs Pairs(string name) => new([.. _candidates[name].Pairs.Select(p => p.Incumbent)], [.. _candidates[name].Pairs.Select(p => p.Candidate)]);

    /// <summary>Goes on from pairs that were kept.</summary>
    public void Restore(string name, ContestPairs pairs)
    {
        foreach (var (incumbent, candidate) in pairs.Incumbent.Zip(pairs.Candidate)) Observe(name, incumbent, candidate);
    }

    private sealed class Candidate(double range)
    {
        public ShadowTrial Trial { get; } = new(range);

        public Queue<(double Incumbent, double Candidate)> Pairs { get; } = [];
    }
}
