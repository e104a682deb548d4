using Granary.Model;

namespace Granary.Grains.Directory;

/// <summary>What a pool may be declared as. Its scheduler checks the rest.</summary>
internal static class PoolRules
{
    /// <exception cref="GranaryException">Invalid, before anything is written.</exception>
    public static void Check(PoolSpec pool)
    {
        CheckName(pool.Name);
        if (FairnessRules.Problem(pool.Policy?.Fairness) is { } problem) throw GranaryException.Invalid($"pool {pool.Name}: {problem}");
        if (ShardNames.Problem(pool) is { } shards) throw GranaryException.Invalid($"pool {pool.Name}: {shards}");
    }

    /// <exception cref="GranaryException">Invalid.</exception>
    public static void CheckName(string pool)
    {
        if (!Names.IsValid(pool)) throw GranaryException.Invalid(ShardNames.Outside(pool) ?? $"'{pool}' is no pool name; use {Names.Rule}");
    }
}
