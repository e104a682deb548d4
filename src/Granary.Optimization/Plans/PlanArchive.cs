namespace Granary.Optimization.Plans;

/// <summary>
/// All that a search has found, thinned: one plan for each box of objectives that no other box beats. What was found is never lost again, as a population may lose it,
/// and the number stays bounded. Source: Laumanns, Thiele, Deb and Zitzler, "Combining convergence and diversity in evolutionary multiobjective optimization" (2002).
/// </summary>
internal sealed class PlanArchive
{
    /// <summary>Latency in steps of 2%, the others in steps of 0.005.</summary>
    private const double Ratio = 1.02, Step = 0.005;

    private readonly List<(int[] Box, double[] Objectives, double[] Variables)> _plans = [];

    public IReadOnlyList<(int[] Box, double[] Objectives, double[] Variables)> Plans => _plans;

    public void Add(ReadOnlySpan<double> objectives, ReadOnlySpan<double> variables)
    {
        int[] box = [(int)Math.Floor(Math.Log(Math.Max(objectives[0], 1e-9)) / Math.Log(Ratio)), Index(objectives[1]), Index(objectives[2]), Index(objectives[3])];
        for (var i = _plans.Count - 1; i >= 0; i--)
        {
            var (better, worse) = Compare(_plans[i].Box, box);
            if (!better && !worse)
            {
                // The same box: the one that dominates, else the first.
                if (!Nsga3.Dominance.Dominates(objectives, _plans[i].Objectives)) return;
                _plans.RemoveAt(i);
            }
            else if (!worse) return;
            else if (!better) _plans.RemoveAt(i);
        }
        _plans.Add((box, objectives.ToArray(), variables.ToArray()));
    }

    private static int Index(double value) => (int)Math.Floor(value / Step);

    /// <summary>Whether the first is better somewhere, and whether it is worse somewhere.</summary>
    private static (bool Better, bool Worse) Compare(int[] first, int[] second)
    {
        var (better, worse) = (false, false);
        for (var k = 0; k < first.Length; k++)
        {
            better |= first[k] < second[k];
            worse |= first[k] > second[k];
        }
        return (better, worse);
    }
}
