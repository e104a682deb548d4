using Granary.Model;
using Granary.Scheduling.Shards;

namespace Granary.Scheduling.Tests.Shards;

/// <summary>Guarantees and limits cut for parts.</summary>
public sealed class ShardPartsTests
{
    [Fact]
    public void Cut_amounts_add_up_to_the_whole()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var weights = Enumerable.Range(0, random.Next(1, 65)).Select(_ => random.Next(4) == 0 ? 0.0 : random.NextDouble() * 1000).ToArray();
            if (weights.Sum() == 0) weights[0] = 1;
            var whole = random.NextInt64(0, 1L << random.Next(1, 45));
            var parts = ShardParts.Cut(whole, weights);
            Assert.Equal(whole, parts.Sum());
            for (var i = 0; i < parts.Length; i++)
            {
                Assert.True(parts[i] >= 0);
                Assert.True(Math.Abs(parts[i] - whole * weights[i] / weights.Sum()) <= 1 + whole * 1e-12, $"seed {seed}, part {i}");
            }
        }
    }

    [Theory]
    [InlineData(2, 1)] // a crumb of the pool is not cut
    [InlineData(16, 1)] // all of one part
    [InlineData(17, 2)]
    [InlineData(40, 3)]
    [InlineData(64, 4)]
    [InlineData(640, 4)]
    public void A_limit_has_as_few_homes_as_hold_it(int cores, int homes)
    {
        var agent = new AgentSpec { Id = "a", Limit = Cpu(cores), Guarantee = Cpu(1) };
        var own = ShardParts.Homes(agent, Parts, new bool[4]);
        Assert.Equal(homes, own.Count(h => h));
        var divided = ShardParts.Divide(agent, Parts, own);
        Assert.Equal(cores * 1000, divided.Where((_, i) => own[i]).Sum(d => d.Limit.CpuMilli));
        Assert.Equal(1000, divided.Sum(d => d.Guarantee.CpuMilli));
        Assert.All(divided.Where((_, i) => !own[i]), d => Assert.Equal((1, 0), (d.Limit.CpuMilli, d.Guarantee.CpuMilli)));
        if (cores > 16) Assert.All(divided.Where((_, i) => own[i]), d => Assert.True(d.Limit.CpuMilli >= 8000));
    }

    [Fact]
    public void Where_a_limited_agent_has_tasks_stays_its_home()
    {
        var agent = new AgentSpec { Id = "a", Limit = Cpu(2) };
        var alone = ShardParts.Homes(agent, Parts, new bool[4]);
        var present = alone.Select(h => !h).ToArray();
        Assert.All(ShardParts.Homes(agent, Parts, present), Assert.True);
    }

    [Fact]
    public void Without_a_limit_an_agent_is_at_home_everywhere_and_its_guarantee_follows_capacity()
    {
        var agent = new AgentSpec { Id = "a", Guarantee = Cpu(10) };
        ResourceSet[] parts = [Cpu(30), Cpu(10), Cpu(0), Cpu(60)];
        var homes = ShardParts.Homes(agent, parts, new bool[4]);
        Assert.All(homes, Assert.True);
        Assert.Equal([3000L, 1000, 0, 6000], ShardParts.Divide(agent, parts, homes).Select(d => d.Guarantee.CpuMilli));
    }

    private static ResourceSet[] Parts => [Cpu(16), Cpu(16), Cpu(16), Cpu(16)];

    private static ResourceSet Cpu(int cores) => new() { CpuMilli = cores * 1000L };
}
