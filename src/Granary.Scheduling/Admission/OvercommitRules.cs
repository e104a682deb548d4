using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>What a pool's rules for overcommit must satisfy. Where it is off nothing of them counts, and nothing is asked of them but the ceilings.</summary>
internal static class OvercommitRules
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <exception cref="GranaryException">Invalid, naming the field.</exception>
    public static void Check(OvercommitPolicy? policy, string pool)
    {
        if (policy is null) return;
        Within(policy.Ceiling, 1, OvercommitPolicy.MostCeiling, "ceiling", "; 1 never overcommits");
        Within(policy.MemoryCeiling, 1, OvercommitPolicy.MostMemoryCeiling, "memory_ceiling", "; 1 never overcommits");
        if (!policy.IsOn) return;
        Within(policy.Quantile, 0.5, 1, "quantile", ", like 0.95");
        Within(policy.Margin, 0, 0.5, "margin", ", like 0.1");
        if (!(policy.SafeMark > 1 - policy.Margin && policy.SafeMark <= 1))
            throw GranaryException.Invalid(FormattableString.Invariant($"pool {pool}: overcommit safe_mark {policy.SafeMark} is not valid; use over {1 - policy.Margin:0.###} (1 less the margin) and up to 1"));
        if (policy.History < Shortest || policy.History > Longest)
            throw GranaryException.Invalid(FormattableString.Invariant($"pool {pool}: overcommit history {policy.History.TotalSeconds} s is not valid; use 10 s to 1 day"));

        void Within(double value, double least, double most, string field, string hint)
        {
            if (!(value >= least && value <= most))
                throw GranaryException.Invalid(FormattableString.Invariant($"pool {pool}: overcommit {field} {value} is not valid; use {least} to {most}{hint}"));
        }
    }
}
