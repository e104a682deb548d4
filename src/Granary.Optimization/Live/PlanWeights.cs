namespace Granary.Optimization.Live;

/// <summary>
/// The weights with which a scheduler that shares by weight comes to an allocation: in each group in proportion to it, with the group's sum of weights as it was, so that nobody outside is
/// touched. Nobody goes under a hundredth of the group's mean, so that a plan never starves an agent that comes back.
/// </summary>
public static class PlanWeights
{
    /// <summary>The largest weight that there is.</summary>
    public const double Most = 1_000_000;

    private const double Floor = 0.01;

    /// <param name="agents">Each with its group, its weight now, and the capacity that it is to have.</param>
    /// <returns>Weights in the same order, of three digits.</returns>
    public static double[] Of(IReadOnlyList<(string Group, double Weight, double Capacity)> agents)
    {
        foreach (var (_, weight, capacity) in agents)
        {
            Require.Positive(weight, "a weight");
            Require.Within(capacity, 0, Require.Largest, "a planned capacity");
        }
        var weights = new double[agents.Count];
        foreach (var group in Enumerable.Range(0, agents.Count).GroupBy(i => agents[i].Group, StringComparer.Ordinal))
        {
            var (members, had) = (group.ToArray(), group.Sum(i => agents[i].Weight));
            var planned = members.Sum(i => agents[i].Capacity);
            foreach (var i in members)
                weights[i] = Digits(planned <= 0 ? agents[i].Weight : Math.Clamp(had * agents[i].Capacity / planned, Floor * had / members.Length, Most));
        }
        return weights;
    }

    private static double Digits(double value)
    {
        var scale = Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
        return Math.Min(Most, Math.Round(value / scale) * scale);
    }
}
