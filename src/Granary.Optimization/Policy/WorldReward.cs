namespace Granary.Optimization.Policy;

/// <summary>What a step was worth, in three parts and as their weighted sum.</summary>
/// <param name="Latency">Minus the mean wait of what waits, by weight: backlog over the rate at which the agent's work comes, in seconds, on the scale w / (1 + w); 0 to -1.</param>
/// <param name="Efficiency">The part of the machine that worked while anything waited; 0 to 1.</param>
/// <param name="Fairness">Jain's index of waits beside what weights allow; 0 to 1.</param>
public readonly record struct WorldReward(double Latency, double Efficiency, double Fairness)
{
    /// <summary>The weights that the reward is learned with: latency 1, efficiency 0.2, fairness 0.3.</summary>
    public double Value => Latency + 0.2 * Efficiency + 0.3 * Fairness;

    internal static WorldReward Of(QueueWorldOptions options, ReadOnlySpan<double> backlog, ReadOnlySpan<double> served)
    {
        var (latency, weights, busy, waiting, sum, squares) = (0.0, 0.0, 0.0, false, 0.0, 0.0);
        for (var i = 0; i < backlog.Length; i++)
        {
            var wait = backlog[i] / Math.Max(1e-6, options.Rates[i] * options.Work[i]);
            latency -= options.Weights[i] * wait / (1 + wait);
            weights += options.Weights[i];
            busy += served[i];
            waiting |= backlog[i] > 0;
            // Who weighs more should wait less: how quick it is, beside its weight, should be alike.
            var quick = 1 / (1 + wait * options.Weights[i]);
            sum += quick;
            squares += quick * quick;
        }
        return new WorldReward(latency / weights, waiting ? Math.Min(1, busy / options.Step) : 1, sum * sum / (backlog.Length * squares));
    }
}
