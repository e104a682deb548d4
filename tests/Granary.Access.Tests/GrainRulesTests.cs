using System.Reflection;
using Granary.Abstractions;
using Granary.Access.Rules;
using Orleans;

namespace Granary.Access.Tests;

/// <summary>The table of grain methods is whole, and says what the roles are for.</summary>
public sealed class GrainRulesTests
{
    private static IEnumerable<(Type Interface, string Method)> Methods =>
        from type in typeof(IPoolGrain).Assembly.GetTypes()
        where type.IsInterface && typeof(IGrain).IsAssignableFrom(type)
        from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public)
        select (type, method.Name);

    [Fact]
    public void Every_method_of_every_grain_is_in_the_table_and_nothing_else_is()
    {
        Assert.NotEmpty(Methods);
        Assert.Empty(Methods.Except(GrainRules.Entries));
        Assert.Empty(GrainRules.Entries.Except(Methods));
        // a name stands for one method: an overload would be let in by the other's row
        Assert.Equal(Methods.Count(), Methods.Distinct().Count());
    }

    [Fact]
    public void What_is_not_in_the_table_is_admins_alone()
    {
        Assert.Null(GrainRules.Find(typeof(IGrainWithStringKey), "Anything"));
        foreach (var role in Enum.GetValues<Role>())
            Assert.Equal(role == Role.Admin, Roles.None.Has(role));
    }

    [Theory]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.Submit), "admin, operator, agent-owner")]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.Cancel), "admin, operator, agent-owner")]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.List), "admin, operator, agent-owner, read-only")]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.Report), "admin")]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.SetAgents), "admin")]
    [InlineData(typeof(IPoolGrain), nameof(IPoolGrain.Rebalance), "admin, operator")]
    [InlineData(typeof(IDirectoryGrain), nameof(IDirectoryGrain.Apply), "admin, operator")]
    [InlineData(typeof(IDirectoryGrain), nameof(IDirectoryGrain.Pools), "admin, operator, agent-owner, read-only, node")]
    [InlineData(typeof(INodeGrain), nameof(INodeGrain.Join), "admin, node")]
    [InlineData(typeof(INodeGrain), nameof(INodeGrain.Report), "admin, node")]
    [InlineData(typeof(INodeGrain), nameof(INodeGrain.Send), "admin")]
    [InlineData(typeof(INodeGrain), nameof(INodeGrain.Drain), "admin, operator")]
    [InlineData(typeof(IAgentGrain), nameof(IAgentGrain.Set), "admin, operator")]
    [InlineData(typeof(ITokensGrain), nameof(ITokensGrain.List), "admin")]
    [InlineData(typeof(ITokensGrain), nameof(ITokensGrain.Create), "admin")]
    public void The_roles_may(Type grain, string method, string roles) => Assert.Equal(roles, GrainRules.Find(grain, method)!.Roles.Words());

    [Fact]
    public void Whoever_only_reads_is_given_nothing_that_changes()
    {
        string[] changing = ["Set", "Add", "Apply", "Submit", "Cancel", "Migrate", "Rebalance", "Reserve", "Unreserve", "Cordon", "Uncordon", "Drain", "Configure", "Create", "Rotate", "Revoke", "Join", "Leave"];
        foreach (var (grain, method) in GrainRules.Entries.Where(e => changing.Any(c => e.Method == c)))
            Assert.False(GrainRules.Find(grain, method)!.Roles.Has(Role.ReadOnly), $"{grain.Name}.{method}");
    }
}
