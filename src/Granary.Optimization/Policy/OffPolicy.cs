namespace Granary.Optimization.Policy;

/// <summary>What a policy would have been worth, from what another one did.</summary>
/// <param name="Value">The weighted mean reward.</param>
/// <param name="Deviation">The standard error of it.</param>
/// <param name="EffectiveSize">How many of its own actions the sample is worth; under some ten it says nothing.</param>
public readonly record struct OffPolicyEstimate(double Value, double Deviation, double EffectiveSize);

/// <summary>
/// Weighted importance sampling of logged steps: each reward counts by how much more likely its action is under the policy in question. Sources: Precup, Sutton and Singh,
/// "Eligibility traces for off-policy policy evaluation" (2000); the effective size: Kong (1992). It judges single steps: what an action does later is not followed.
/// </summary>
public static class OffPolicy
{
    /// <param name="logRatios">The logarithm of the density of each action under the policy in question, less that under the one that acted.</param>
    /// <param name="clip">No action counts more than this many times one that both like as well.</param>
    public static OffPolicyEstimate Estimate(ReadOnlySpan<double> rewards, ReadOnlySpan<double> logRatios, double clip = 20)
    {
        Require.AtLeast(rewards.Length, 1, "the number of logged steps");
        Require.Length(logRatios.Length, rewards.Length, "density ratios");
        Require.Finite(rewards, "rewards");
        Require.Finite(logRatios, "density ratios");
        Require.Positive(clip, "the clip");
        var (sum, weighted, squares, most) = (0.0, 0.0, 0.0, Math.Log(clip));
        // Where every action is far less likely, only their ratios are left to say anything.
        var shift = double.NegativeInfinity;
        foreach (var ratio in logRatios) shift = Math.Max(shift, Math.Min(ratio, most));
        for (var i = 0; i < rewards.Length; i++)
        {
            var weight = Math.Exp(Math.Min(logRatios[i], most) - shift);
            sum += weight;
            squares += weight * weight;
            weighted += weight * rewards[i];
        }
        var value = weighted / sum;
        var variance = 0.0;
        for (var i = 0; i < rewards.Length; i++)
        {
            var weight = Math.Exp(Math.Min(logRatios[i], most) - shift) / sum;
            variance += weight * weight * (rewards[i] - value) * (rewards[i] - value);
        }
        return new OffPolicyEstimate(value, Math.Sqrt(variance), sum * sum / squares);
    }
}
