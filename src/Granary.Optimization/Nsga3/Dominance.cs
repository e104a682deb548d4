namespace Granary.Optimization.Nsga3;

/// <summary>Pareto dominance, the smaller the better.</summary>
public static class Dominance
{
    /// <summary>Whether the first is nowhere worse and somewhere better.</summary>
    public static bool Dominates(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var better = false;
        for (var m = 0; m < first.Length; m++)
        {
            if (first[m] > second[m]) return false;
            better |= first[m] < second[m];
        }
        return better;
    }
}
