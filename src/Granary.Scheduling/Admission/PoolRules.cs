using Granary.Model;
using Granary.Scheduling.Placement;

namespace Granary.Scheduling.Admission;

/// <summary>What a pool's declaration must satisfy.</summary>
internal static class PoolRules
{
    public static void Check(PoolSpec spec, string pool, PlacementParts parts)
    {
        if (spec.Name != pool) throw GranaryException.Invalid($"pool '{spec.Name}' cannot be configured here: this is pool '{pool}'");
        if (!Enum.IsDefined(spec.Strategy))
            throw GranaryException.Invalid($"pool {pool}: strategy {(int)spec.Strategy} does not exist; use one of {string.Join(", ", Enum.GetNames<PoolStrategy>())}");
        if (!Enum.IsDefined(spec.Mode))
            throw GranaryException.Invalid($"pool {pool}: mode {(int)spec.Mode} does not exist; use one of {string.Join(", ", Enum.GetNames<PoolMode>())}");
        PromiseRules.Check(spec.Policy?.Promises, pool);
        PreemptionRules.Check(spec.Policy?.Preemption, pool);
        if (spec.Cohort.Length > 0 && !Names.IsValid(spec.Cohort))
            throw GranaryException.Invalid($"pool {pool}: cohort '{spec.Cohort}' is not valid; use {Names.Rule}");
        if (FairnessRules.Problem(spec.Policy?.Fairness) is { } problem) throw GranaryException.Invalid($"pool {pool}: {problem}");
        if (ShardNames.Problem(spec) is { } shards) throw GranaryException.Invalid($"pool {pool}: {shards}");
        PlacementRules.Check(spec.Policy?.Placement, pool, parts);
        OvercommitRules.Check(spec.Policy?.Overcommit, pool);
        if (spec.Policy?.Lending is not { } lending) return;
        if (lending.LendingLimit is { } lend) ResourceRules.Check(lend, $"pool {pool}: lending limit");
        if (lending.BorrowingLimit is { } borrow) ResourceRules.Check(borrow, $"pool {pool}: borrowing limit");
        if (lending.Weight is { } weight && !(weight > 0 && weight <= 1_000_000))
            throw GranaryException.Invalid(FormattableString.Invariant($"pool {pool}: weight {weight} in its cohort is not valid; use one over 0 and up to 1,000,000"));
    }
}
