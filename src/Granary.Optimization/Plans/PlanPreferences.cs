namespace Granary.Optimization.Plans;

/// <summary>How much each objective matters beside the others; 0 or more, one of them over 0.</summary>
public sealed record PlanPreferences(double Latency = 1, double Throughput = 1, double Utilisation = 1, double Fairness = 1)
{
    internal double[] Weights()
    {
        double[] weights = [Latency, Throughput, Utilisation, Fairness];
        foreach (var weight in weights) Require.Within(weight, 0, 1e9, "a preference");
        var sum = weights.Sum();
        if (sum <= 0) throw new ArgumentException("all preferences are 0; at least one must be over 0");
        return [.. weights.Select(w => w / sum)];
    }
}
