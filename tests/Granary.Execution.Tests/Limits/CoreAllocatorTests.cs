using FsCheck;
using FsCheck.Fluent;
using Granary.Execution.Limits;
using Granary.Hardware;

namespace Granary.Execution.Tests.Limits;

public sealed class CoreAllocatorTests
{
    // two packages, one NUMA node each, two cores of two threads: CPUs 0,4 1,5 | 2,6 3,7
    private static readonly CpuTopology TwoSockets = CpuTopology.Of(
        from cpu in Enumerable.Range(0, 8) select new LogicalCpu(cpu, cpu % 4, cpu % 4 / 2, cpu % 4 / 2));

    [Theory]
    [InlineData("1", "0")]
    [InlineData("2", "0,4")]
    [InlineData("3", "0-1,4")]
    [InlineData("4", "0-1,4-5")]
    [InlineData("8", "0-7")]
    [InlineData("9", "")]
    [InlineData("0", "")]
    [InlineData("1 1", "0 1")]
    [InlineData("2 2 2", "0,4 1,5 2,6")]
    [InlineData("1 2", "0 1,5")]
    [InlineData("1 4", "0 2-3,6-7")]
    [InlineData("3 3 2", "0-1,4 2-3,6 5,7")]
    [InlineData("8 1", "0-7 ")]
    public void Takes(string counts, string expected)
    {
        var allocator = new CoreAllocator(TwoSockets);

        Assert.Equal(expected, string.Join(' ', counts.Split(' ').Select(c => CpuList.Format(allocator.Take(int.Parse(c))))));
    }

    [Fact]
    public void The_others_share_what_is_left_and_all_when_nothing_is()
    {
        var allocator = new CoreAllocator(TwoSockets);
        Assert.True(allocator.AllShared);
        var first = allocator.Take(6);
        Assert.Equal("1,5", CpuList.Format(allocator.Shared));
        var generation = allocator.Generation;

        var rest = allocator.Take(2);
        Assert.Equal("0-7", CpuList.Format(allocator.Shared));
        Assert.NotEqual(generation, allocator.Generation);

        allocator.Release(rest);
        allocator.Release(first);
        Assert.True(allocator.AllShared);
    }

    [Fact]
    public void Claimed_cores_are_not_given_again()
    {
        var allocator = new CoreAllocator(TwoSockets);
        allocator.Claim([0, 4, 99]);

        Assert.Equal("1,5", CpuList.Format(allocator.Take(2)));
    }

    [Fact]
    public void A_core_that_goes_offline_is_replaced_and_given_to_nobody_until_it_is_back()
    {
        var allocator = new CoreAllocator(TwoSockets);
        var pinned = allocator.Take(2);
        Assert.Equal("0,4", CpuList.Format(pinned));

        allocator.SetOnline([0, 1, 2, 3, 5, 6, 7]);
        var others = allocator.Replace(pinned);
        Assert.Equal("1,5", CpuList.Format(others));
        Assert.Equal("0,2-3,6-7", CpuList.Format(allocator.Shared));
        Assert.Same(others, allocator.Replace(others));

        allocator.Release(others);
        Assert.Equal("0-1,5", CpuList.Format(allocator.Take(3)));
        allocator.SetOnline([0, 1, 2, 3, 4, 5, 6, 7]);
        Assert.Equal("4", CpuList.Format(allocator.Take(1)));
    }

    [Fact]
    public void Where_no_other_is_free_a_task_keeps_what_is_left_or_shares()
    {
        var allocator = new CoreAllocator(TwoSockets);
        var first = allocator.Take(4);
        var second = allocator.Take(4);
        allocator.SetOnline([1, 4, 5]);
        Assert.Equal("1,4-5", CpuList.Format(allocator.Replace(first)));
        Assert.Empty(allocator.Replace(second));
        Assert.Equal("1,4-5", CpuList.Format(allocator.Shared));
    }

    [Fact]
    public void No_core_is_given_twice_and_sharers_always_have_one() => Prop.ForAll(Gen.Choose(0, 999).ListOf(60).ToArbitrary(), choices =>
    {
        var allocator = new CoreAllocator(TwoSockets);
        var held = new List<int[]>();
        foreach (var choice in choices)
        {
            if (choice % 3 == 0 && held.Count > 0)
            {
                allocator.Release(held[choice / 3 % held.Count]);
                held.RemoveAt(choice / 3 % held.Count);
            }
            else
            {
                var taken = allocator.Take((choice / 3 % 4) + 1);
                if (taken.Length > 0) held.Add(taken);
            }
            var all = held.SelectMany(h => h).ToArray();
            if (all.Distinct().Count() != all.Length || allocator.Shared.Count == 0) return false;
            if (all.Length < 8 && allocator.Shared.Intersect(all).Any()) return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();
}
