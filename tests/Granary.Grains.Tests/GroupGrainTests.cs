using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests;

/// <summary>Groups from the directory to the pools.</summary>
public sealed class GroupGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    [Fact]
    public async Task A_group_reaches_every_pool_those_of_later_too()
    {
        var directory = fixture.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        var lab = new GroupSpec { Path = "lab", Weight = 3, Limit = new ResourceSet { CpuMilli = 8000 } };
        await directory.Apply(new ApplyRequest([new PoolSpec { Name = "early" }], [new AgentSpec { Id = "x", Group = "lab/one" }], [], [lab]));
        Assert.Equal(lab, Assert.Single(await directory.Groups()));
        await directory.Apply(new ApplyRequest([new PoolSpec { Name = "late" }], [], []));
        foreach (var pool in (string[])["early", "late"])
        {
            var shares = await fixture.Grains.GetGrain<IPoolGrain>(pool).GroupShares();
            Assert.Equal(["lab", "lab/one"], shares.Select(s => s.Spec.Path));
            Assert.Equal((lab, 3.0, 1.0), (shares[0].Spec, shares[0].Weight, shares[1].Weight));
        }
        var reply = await directory.Apply(new ApplyRequest([], [], [], [lab with { Weight = 4 }]));
        Assert.Equal((0, 1, 0), (reply.Created, reply.Changed, reply.Unchanged));
        Assert.Equal(4, (await fixture.Grains.GetGrain<IPoolGrain>("early").GroupShares())[0].Weight);

        // More than the limit of the group it is in cannot be guaranteed, whoever says it; nothing of the request is applied.
        var agent = new AgentSpec { Id = "y", Group = "lab/two", Guarantee = new ResourceSet { CpuMilli = 9000 } };
        var refused = await Assert.ThrowsAsync<GranaryException>(() => directory.AddAgents([agent]));
        Assert.Equal("group lab: its members are guaranteed cpu=9 together, above its limit cpu=8; raise the limit or lower their guarantees", refused.Message);
        refused = await Assert.ThrowsAsync<GranaryException>(() => directory.Apply(new ApplyRequest([new PoolSpec { Name = "never" }], [agent], [])));
        Assert.Equal(ErrorCode.Invalid, refused.Code);
        Assert.DoesNotContain("never", await directory.Pools());
        Assert.Null(await directory.Agent("y"));
    }

    [Theory]
    [InlineData("a//b", 0, "'a//b' is no group; write up to 8 names")]
    [InlineData("a", -1, "group a: weight -1 must be 0, for the sum of its members' weights, or up to 1000000")]
    [InlineData("a", double.NaN, "group a: weight NaN must be 0")]
    public async Task A_group_that_cannot_be_is_refused(string path, double weight, string expected)
    {
        var directory = fixture.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        var refused = await Assert.ThrowsAsync<GranaryException>(() => directory.Apply(new ApplyRequest([], [], [], [new GroupSpec { Path = path, Weight = weight }])));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_cannot_be_is_refused_before_anything_is_written()
    {
        var directory = fixture.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        var pool = new PoolSpec { Name = "odd", Policy = new PoolPolicy { Fairness = new FairnessPolicy { Adapt = new AdaptPolicy { Most = 0.5 } } } };
        var refused = await Assert.ThrowsAsync<GranaryException>(() => directory.Apply(new ApplyRequest([pool], [], [])));
        Assert.Equal("pool odd: adapt: most 0.5 is not valid; use 1 to 100", refused.Message);
        Assert.DoesNotContain("odd", await directory.Pools());
    }
}
