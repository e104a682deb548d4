using Granary.Model;
using Granary.Scheduling.Placement.Filters;
using Granary.Scheduling.Strategies;

namespace Granary.Scheduling.Placement.Scoring;

/// <summary>
/// The scores and filters in force in a pool, and the choice among candidates. One score counts as it is; of several each is scaled to 0 to 1
/// over the candidates of the decision and weighed. A task's wishes are added, a unit of them counting as much as the whole range of the scores.
/// </summary>
internal sealed class Scorer
{
    private readonly INodeScore[] _scores;
    private readonly double[] _weights;
    private readonly double[] _low;
    private readonly double[] _high;
    private double[] _values = [];
    private double[] _wishes = [];

    private Scorer(INodeScore[] scores, double[] weights, INodeFilter[] filters, StrategyParts parts, bool plain)
    {
        _scores = scores;
        _weights = weights;
        _low = new double[scores.Length];
        _high = new double[scores.Length];
        Filters = filters;
        WishWeight = parts.WishWeight;
        MayWait = parts.MayWait;
        Plain = plain;
        AsksRunTimes = scores.Any(s => s.Name is ScoreNames.Finish or ScoreNames.Cost or ScoreNames.Energy);
        Name = string.Join(" + ", scores.Select((s, i) => weights[i] == 1 ? s.Name : FormattableString.Invariant($"{weights[i]:0.###} {s.Name}")));
    }

    /// <summary>For people: <c>cost</c>, <c>2 spread + best-fit</c>.</summary>
    public string Name { get; }

    public IReadOnlyList<INodeScore> Scores => _scores;

    public IReadOnlyList<double> Weights => _weights;

    public INodeFilter[] Filters { get; }

    public double WishWeight { get; }

    public bool MayWait { get; }

    /// <summary>Best fit and nothing else: the node index answers by itself.</summary>
    public bool Plain { get; }

    /// <summary>It looks at predicted run times.</summary>
    public bool AsksRunTimes { get; }

    /// <summary>What a pool's strategy and policy come to. Names that do not exist here are left out and told.</summary>
    public static Scorer Of(PoolSpec spec, PlacementParts parts, List<string> missing)
    {
        var strategy = StrategyParts.Of(spec.Strategy);
        var policy = spec.Policy?.Placement;
        IEnumerable<(string Score, double Weight)> wanted = policy is { Scores.Count: > 0 } ? policy.Scores.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value))
            : policy is { Score.Length: > 0 } ? [(policy.Score, 1)] : strategy.Scores;
        var scores = new List<(INodeScore Score, double Weight)>();
        foreach (var (name, weight) in wanted)
        {
            if (parts.Score(name) is { } score) scores.Add((score, weight));
            else missing.Add($"score '{name}'");
        }
        if (scores.Count == 0) scores.Add((parts.Score(ScoreNames.BestFit)!, 1));
        var filters = new List<INodeFilter>();
        foreach (var name in policy?.Filters ?? [])
        {
            if (parts.Filter(name) is { } filter) filters.Add(filter);
            else missing.Add($"filter '{name}'");
        }
        var plain = scores.Count == 1 && scores[0].Score.Name == ScoreNames.BestFit && filters.Count == 0 && strategy.WishWeight == 1;
        if (policy is { Score.Length: > 0 } or { Scores.Count: > 0 }) strategy = strategy with { MayWait = strategy.MayWait && scores.Any(s => s.Score.Name == ScoreNames.Finish) };
        return new Scorer([.. scores.Select(s => s.Score)], [.. scores.Select(s => s.Weight)], [.. filters], strategy, plain);
    }

    /// <summary>Whether the filters let the node have the task; <paramref name="refusing"/> is the first that does not.</summary>
    public bool Admits(in PlacementRequest request, in NodeCandidate node, out INodeFilter? refusing)
    {
        foreach (var filter in Filters)
        {
            if (filter.Admits(request, node)) continue;
            refusing = filter;
            return false;
        }
        refusing = null;
        return true;
    }

    /// <summary>The best of the candidates, the first of equals; what each came to is left in <paramref name="totals"/>.</summary>
    public int Best(in PlacementRequest request, ReadOnlySpan<NodeCandidate> candidates, bool wishes, Span<double> totals)
    {
        Measure(request, candidates, wishes);
        var best = -1;
        var scaled = _scores.Length > 1 || wishes;
        for (var i = 0; i < candidates.Length; i++)
        {
            var total = wishes ? WishWeight * _wishes[i] : 0;
            for (var s = 0; s < _scores.Length; s++)
            {
                var value = _values[(i * _scores.Length) + s];
                total += scaled ? _weights[s] * (_high[s] > _low[s] ? (value - _low[s]) / (_high[s] - _low[s]) : 1) : value;
            }
            totals[i] = total;
            if (best < 0 || total > totals[best]) best = i;
        }
        return best;
    }

    /// <summary>A score's own figure of a candidate, as the last <see cref="Best"/> found it.</summary>
    public double ValueOf(int candidate, int score) => _values[(candidate * _scores.Length) + score];

    private void Measure(in PlacementRequest request, ReadOnlySpan<NodeCandidate> candidates, bool wishes)
    {
        var needed = candidates.Length * _scores.Length;
        if (_values.Length < needed) _values = new double[needed];
        if (wishes && _wishes.Length < candidates.Length) _wishes = new double[candidates.Length];
        Array.Fill(_low, double.PositiveInfinity);
        Array.Fill(_high, double.NegativeInfinity);
        for (var i = 0; i < candidates.Length; i++)
        {
            for (var s = 0; s < _scores.Length; s++)
            {
                var value = _scores[s].Score(request, candidates[i]);
                if (!double.IsFinite(value)) throw new ArithmeticException($"score '{_scores[s].Name}' gave {value}");
                _values[(i * _scores.Length) + s] = value;
                _low[s] = Math.Min(_low[s], value);
                _high[s] = Math.Max(_high[s], value);
            }
            if (wishes) _wishes[i] = candidates[i].Wishes.Sum;
        }
    }
}
