using Granary.Model;

namespace Granary.Scheduling.FairShare;

/// <summary>
/// Weights that follow feedback: who gets less than it is owed, waits longer than others, or misses deadlines weighs more for a while. Multiplicative
/// with a bounded step, within bounds, and forgotten at a steady rate: without an error the factor tends to 1, and with one for ever it stays between the bounds.
/// </summary>
internal static class AdaptiveWeights
{
    /// <summary>Up to this part more or less than what is owed is no error: tasks come in whole pieces.</summary>
    private const double DeadBand = 0.1;

    /// <summary>The next factor.</summary>
    /// <param name="factor">The present one.</param>
    /// <param name="error">What was missed, from -1 (far more than owed) to 1 (nothing of it).</param>
    public static double Next(double factor, double error, AdaptPolicy policy)
    {
        var logarithm = Math.Log(factor) * (1 - policy.Decay) + policy.Gain * Math.Clamp(error, -1, 1);
        return Math.Clamp(Math.Exp(logarithm), policy.Least, policy.Most);
    }

    /// <summary>The mean of what is known: the part of the share that was not received, the wait against others' (a factor of four counts whole), deadlines missed.</summary>
    /// <param name="typicalWait">Of the pool's agents, in milliseconds; null when nothing was given to any.</param>
    public static double Error(Feedback feedback, double? typicalWait)
    {
        var (sum, signals) = (0.0, 0);
        if (feedback.Owed > 0)
        {
            var missing = Math.Clamp(1 - feedback.Received / feedback.Owed, -1, 1);
            sum += Math.Abs(missing) <= DeadBand ? 0 : missing;
            signals++;
        }
        if (feedback.LongWait is { } wait && typicalWait is { } typical)
        {
            sum += Math.Clamp(Math.Log((wait + 1) / (typical + 1), 4), -1, 1);
            signals++;
        }
        if (feedback.Kept + feedback.Missed > 0)
        {
            sum += feedback.Missed / (double)(feedback.Kept + feedback.Missed);
            signals++;
        }
        return signals == 0 ? 0 : sum / signals;
    }
}
