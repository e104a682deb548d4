using FsCheck;
using FsCheck.Fluent;
using Granary.Caching.Policies;

namespace Granary.Caching.Tests.Policies;

/// <summary>What holds for every policy under any requests.</summary>
public sealed class PolicyLawTests
{
    public static TheoryData<PolicyKind> Kinds() => [.. Enum.GetValues<PolicyKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_is_over_capacity_and_what_is_said_to_be_there_is(PolicyKind kind)
    {
        var request = Gen.Zip(Gen.Zip(Gen.Choose(0, 30), Gen.Choose(1, 9)), Gen.Choose(0, 19)).Select(r => (Key: r.Item1.Item1, Weight: r.Item1.Item2, Dice: r.Item2));
        var property = Prop.ForAll(
            Gen.Zip(Gen.Choose(1, 40), request.ListOf()).ToArbitrary(),
            pair => Check(kind, pair.Item1, [.. pair.Item2]));
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(400));
    }

    /// <summary>Against a set kept by what the policy says of itself: hits are exactly the keys that it has not said to have evicted.</summary>
    private static bool Check(PolicyKind kind, int capacity, IReadOnlyList<(int Key, int Weight, int Dice)> requests)
    {
        var policy = kind == PolicyKind.Auto
            ? ReplacementPolicies.CreateAdaptive(capacity, new AdaptiveOptions { Margin = 0.01, ShadowKeys = 8 })
            : ReplacementPolicies.Create(kind, capacity);
        var held = new Dictionary<ulong, long>();
        var evicted = new List<ulong>();
        policy.Evicted = evicted.Add;
        foreach (var (number, weight, dice) in requests)
        {
            var key = (ulong)number;
            if (dice == 0)
            {
                if (policy.Remove(key) != held.Remove(key)) return false;
                continue;
            }
            evicted.Clear();
            var hit = policy.Access(key, weight);
            if (hit != held.ContainsKey(key)) return false;
            if (!hit && weight <= capacity) held[key] = weight;
            foreach (var gone in evicted)
                if (!held.Remove(gone)) return false;
            if (held.ContainsKey(key) != policy.Contains(key)) return false;
            if (policy.Used > capacity || policy.Used != held.Values.Sum() || policy.Count != held.Count) return false;
        }
        var listed = new List<KeyWeight>();
        policy.CopyTo(listed);
        return listed.Count == held.Count && listed.All(k => held.TryGetValue(k.Key, out var w) && w == k.Weight);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_hit_allocates_nothing(PolicyKind kind)
    {
        var policy = ReplacementPolicies.Create(kind, 1000);
        for (var round = 0; round < 20; round++)
            for (var key = 0UL; key < 900; key++) policy.Access(key, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 3; round++)
            for (var key = 0UL; key < 900; key++) policy.Access(key, 1);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_requests_give_the_same_hits(PolicyKind kind)
    {
        Assert.Equal(Hits(kind), Hits(kind));

        static int Hits(PolicyKind kind)
        {
            var policy = ReplacementPolicies.Create(kind, 50, seed: 9);
            var random = new Random(3);
            return Enumerable.Range(0, 5000).Count(_ => policy.Access((ulong)random.Next(200) * (ulong)random.Next(1, 3), 1));
        }
    }
}
