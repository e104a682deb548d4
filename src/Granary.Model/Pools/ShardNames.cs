using System.Globalization;

namespace Granary.Model;

/// <summary>
/// Keys of a sharded pool's parts: <c>pool~0</c> to <c>pool~63</c>. '~' is no letter of a name, so nobody can declare a pool that is called so.
/// Users never see them: tasks of every part are <c>pool/number</c>.
/// </summary>
public static class ShardNames
{
    /// <summary>The most parts of a pool.</summary>
    public const int Most = 64;

    public static string Of(string pool, int shard) => string.Create(CultureInfo.InvariantCulture, $"{pool}~{shard}");

    /// <summary>True for the key of a part, with the pool that it is a part of.</summary>
    public static bool TryParse(string? key, out string pool, out int shard)
    {
        (pool, shard) = ("", 0);
        if (key is null || key.IndexOf('~', StringComparison.Ordinal) is not (> 0 and var at)) return false;
        var number = key.AsSpan(at + 1);
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out shard) || shard >= Most || (number[0] == '0' && number.Length > 1)) return false;
        pool = key[..at];
        return Names.IsValid(pool);
    }

    /// <summary>What to tell somebody outside who names a part, in words; null for every other name, good or bad.</summary>
    public static string? Outside(string? key) =>
        key is null || key.IndexOf('~', StringComparison.Ordinal) is not (var at and >= 0) ? null
        : Names.IsValid(key[..at]) ? $"'{(TryParse(key, out _, out _) ? key : key[..at] + "~...")}' is no pool name: parts of a sharded pool are not called by themselves; use {key[..at]}"
        : $"a name with '~' is no pool name; use {Names.Rule}";

    /// <summary>What is wrong with a pool's number of parts, in words; null when nothing is.</summary>
    public static string? Problem(PoolSpec pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        if (pool.Policy?.Shards is not { } shards || shards == 0) return null;
        if (shards is < 1 or > Most) return string.Create(CultureInfo.InvariantCulture, $"shards {shards} is not valid; use 1 to {Most}");
        return shards > 1 && pool.Cohort.Length > 0 ? $"shards {shards} and cohort {pool.Cohort} do not go together: a sharded pool neither lends nor borrows; leave one out" : null;
    }
}
