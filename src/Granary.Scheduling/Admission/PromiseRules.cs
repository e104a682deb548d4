using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>What a pool's rules for promises must satisfy.</summary>
internal static class PromiseRules
{
    private static readonly string[] Backfills = [PromisePolicy.Easy, PromisePolicy.Conservative, PromisePolicy.NoBackfill];
    private static readonly string[] Misses = [PromisePolicy.Run, PromisePolicy.Cancel];

    /// <exception cref="GranaryException">Invalid.</exception>
    public static void Check(PromisePolicy? policy, string pool)
    {
        if (policy is null) return;
        if (policy.Backfill.Length > 0 && !Backfills.Contains(policy.Backfill))
            throw GranaryException.Invalid($"pool {pool}: backfill '{policy.Backfill}' does not exist; use one of {string.Join(", ", Backfills)}");
        if (policy.OnMiss.Length > 0 && !Misses.Contains(policy.OnMiss))
            throw GranaryException.Invalid($"pool {pool}: on_miss '{policy.OnMiss}' does not exist; use one of {string.Join(", ", Misses)}");
        if (policy.Confidence is { } confidence && !(confidence is > 0 and < 1))
            throw GranaryException.Invalid(FormattableString.Invariant($"pool {pool}: confidence {confidence} is not valid; use a probability over 0 and below 1, like 0.9"));
    }
}
