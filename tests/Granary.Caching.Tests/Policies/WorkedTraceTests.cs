using Granary.Caching.Policies;

namespace Granary.Caching.Tests.Policies;

/// <summary>One small trace for each policy, worked by hand from its paper: h is a hit, . a miss.</summary>
public sealed class WorkedTraceTests
{
    public static TheoryData<PolicyKind, int, string, string> Cases() => new()
    {
        // 3 evicts 2, since 1 was used after it.
        { PolicyKind.Lru, 2, "1 2 1 3 1 2", "..h.h." },
        // 3 evicts 1, the first in, though it was used; 1 then evicts 2.
        { PolicyKind.Fifo, 2, "1 2 1 3 1 2", "..h..." },
        // 1 has two uses, so 3 evicts 2 and 4 evicts 3.
        { PolicyKind.Lfu, 2, "1 1 2 3 4 1 4", ".h...hh" },
        // Of equal counts the least recently used goes: after 1 2 2 1 both have two uses, and 3 evicts 2.
        { PolicyKind.Lfu, 2, "1 2 2 1 3 1", "..hh.h" },
        // T1 = 2, T2 = 1; 3 sends 2 to B1; the request for 2 finds it there: the target becomes 1, T1 = 3 is not above it and 1 goes from T2.
        { PolicyKind.Arc, 2, "1 2 1 3 2 3 1", "..h..h." },
        // A scan through T1 does not touch T2: 1 stays.
        { PolicyKind.Arc, 2, "1 1 2 3 4 5 1", ".h....h" },
        // A loop over 4 with room for 3: the LIR set {1, 2} always hits, 3 and 4 pass through the one HIR place. LRU would never hit.
        { PolicyKind.Lirs, 3, "1 2 3 4 1 2 3 4 1 2 3 4", "....hh..hh.." },
        // 3 is HIR and in the stack when used again, so it becomes LIR and 1, the bottom, HIR; 4 then evicts 1.
        { PolicyKind.Lirs, 3, "1 2 3 3 4 2 3 1", "...h.hh." },
        // 1 is marked, so the hand clears it and evicts 2; it stays there and evicts 3 next, before 1 is looked at again.
        { PolicyKind.Sieve, 3, "1 2 3 1 4 5 1 4", "...h..hh" },
        // Without a hit it is a FIFO.
        { PolicyKind.Sieve, 2, "1 2 3 1 2 3", "......" },
        // The small queue holds one. 1 has one use when 11 comes in; that is not above one, so it is evicted and remembered; then it enters main.
        { PolicyKind.S3Fifo, 10, "1 1 2 3 4 5 6 7 8 9 10 11 1 1", ".h...........h" },
        // With two uses it moves to main instead, and 2 goes.
        { PolicyKind.S3Fifo, 10, "1 1 1 2 3 4 5 6 7 8 9 10 11 1 2", ".hh..........h." },
        // 1 and 2 are used often; once the cache is full the scan 4 5 6 cannot displace them.
        { PolicyKind.WTinyLfu, 3, "1 1 1 2 2 2 3 4 5 6 1 2", ".hh.hh....hh" },
        { PolicyKind.Auto, 2, "1 2 1", "..h" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hits_are_those_worked_by_hand(PolicyKind kind, int capacity, string trace, string expected)
    {
        var policy = ReplacementPolicies.Create(kind, capacity);
        Assert.Equal(expected, string.Concat(trace.Split(' ').Select(key => policy.Access(ulong.Parse(key), 1) ? 'h' : '.')));
    }

    [Fact]
    public void Weights_make_as_much_room_as_is_needed_and_what_is_too_heavy_is_not_let_in()
    {
        var policy = ReplacementPolicies.Create(PolicyKind.Lru, 10);
        var evicted = new List<ulong>();
        policy.Evicted = evicted.Add;
        policy.Access(1, 4);
        policy.Access(2, 4);
        Assert.False(policy.Access(3, 11));
        Assert.Equal((2, 8L), (policy.Count, policy.Used));
        policy.Access(4, 7);
        Assert.Equal([1UL, 2UL], evicted);
        Assert.Equal((1, 7L), (policy.Count, policy.Used));
    }
}
