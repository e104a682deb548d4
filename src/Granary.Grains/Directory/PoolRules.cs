using Granary.Model;

namespace Granary.Grains.Directory;

/// <summary>What a pool may be declared as. Its scheduler checks the rest.</summary>
internal static class PoolRules
{
    /// <exception cref="GranaryException">Invalid, before anything is written.</exception>
    public static void Check(PoolSpec pool)
    {
        if (!Names.IsValid(pool.Name)) throw GranaryException.Invalid($"'{pool.Name}' is no pool name; use {Names.Rule}");
        if (FairnessRules.Problem(pool.Policy?.Fairness) is { } problem) throw GranaryException.Invalid($"pool {pool.Name}: {problem}");
        if (ShardNames.Problem(pool) is { } shards) throw GranaryException.Invalid($"pool {pool.Name}: {shards}");
    }
}
