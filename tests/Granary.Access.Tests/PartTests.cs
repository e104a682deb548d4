using Granary.Abstractions;
using Granary.Access.Guarding;
using Granary.Access.Tokens;
using Granary.Model;

namespace Granary.Access.Tests;

/// <summary>A sharded pool's parts are called by its front alone, whoever comes from outside.</summary>
public sealed class PartTests
{
    [Theory]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.Submit), "hot", true)]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.Submit), "hot~0", false)]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.Describe), "hot~63", false)]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.NodeUp), "hot~x", false)]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.Configure), "~", false)]
    [InlineData(typeof(INodeGrain), nameof(INodeGrain.Describe), "node-1", true)]
    public void Not_even_an_admins_call_passes_to_a_part(Type grain, string method, string key, bool passes) =>
        Assert.Equal(passes, GrainGuard.Passes(new Caller("t1", Role.Admin, [], []), grain, method, key));

    [Theory]
    [InlineData("hot~0", "'hot~0' is no pool name: parts of a sharded pool are not called by themselves; use hot")]
    [InlineData("hot~63", "'hot~63' is no pool name: parts of a sharded pool are not called by themselves; use hot")]
    [InlineData("hot~64", "'hot~...' is no pool name: parts of a sharded pool are not called by themselves; use hot")]
    [InlineData("hot~0\n", "'hot~...' is no pool name: parts of a sharded pool are not called by themselves; use hot")]
    [InlineData("hot~0~1", "'hot~...' is no pool name: parts of a sharded pool are not called by themselves; use hot")]
    [InlineData("~0", "a name with '~' is no pool name; use " + Names.Rule)]
    [InlineData("a b~0", "a name with '~' is no pool name; use " + Names.Rule)]
    [InlineData("hot", null)]
    [InlineData("a b", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void It_is_refused_in_one_line(string? key, string? line) => Assert.Equal(line, ShardNames.Outside(key));
}
