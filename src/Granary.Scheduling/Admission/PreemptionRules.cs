using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>What a pool's preemption policy must satisfy.</summary>
internal static class PreemptionRules
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestGrace = TimeSpan.FromHours(1);

    public static void Check(PreemptionPolicy? policy, string pool)
    {
        if (policy is null) return;
        if (policy.Patience < TimeSpan.Zero || policy.Patience > Longest)
            throw GranaryException.Invalid($"pool {pool}: preemption patience {policy.Patience} is not from 0 to 30 days");
        if (policy.MinimumRun < TimeSpan.Zero || policy.MinimumRun > Longest)
            throw GranaryException.Invalid($"pool {pool}: preemption minimum run {policy.MinimumRun} is not from 0 to 30 days");
        if (policy.Grace < TimeSpan.Zero || policy.Grace > LongestGrace)
            throw GranaryException.Invalid($"pool {pool}: preemption grace {policy.Grace} is not from 0 to 1 hour");
        if (policy.MostVictims is < 1 or > 256)
            throw GranaryException.Invalid($"pool {pool}: preemption most victims {policy.MostVictims} is not from 1 to 256");
        if (((int)policy.Fairness & ~3) != 0)
            throw GranaryException.Invalid($"pool {pool}: preemption fairness {(int)policy.Fairness} does not exist; use below_initial_share, at_or_below_final_share or both");
    }
}
