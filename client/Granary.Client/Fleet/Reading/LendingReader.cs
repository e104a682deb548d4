using Granary.Model;

namespace Granary.Client;

/// <summary>What a pool lends and borrows: <c>lending: { limit: { cpu: 8 }, borrow_limit: { cpu: 4 }, weight: 2 }</c>. The short form of <c>policy: { lending: ... }</c>.</summary>
internal static class LendingReader
{
    /// <summary>The pool's rules with what it says here.</summary>
    public static PoolPolicy? Over(PoolPolicy? policy, Fields pool) =>
        Read(pool) is { } lending ? (policy ?? new PoolPolicy()) with { Lending = lending } : policy;

    private static LendingPolicy? Read(Fields pool)
    {
        if (pool.Map("lending", "limit: { cpu: 8 }") is not { } fields) return null;
        var lending = new LendingPolicy
        {
            LendingLimit = fields.Has("limit") ? fields.Resources("limit") : null,
            BorrowingLimit = fields.Has("borrow_limit") ? fields.Resources("borrow_limit") : null,
            Weight = fields.Has("weight") ? fields.Number("weight", 1) : null,
        };
        fields.Done();
        return lending == new LendingPolicy() ? null : lending;
    }
}
