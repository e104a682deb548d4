using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>Groups, templates and policies in fleet files.</summary>
public class GroupFileTests
{
    [Fact]
    public void Groups_are_read_by_path_or_by_parent()
    {
        var fleet = FleetFile.Parse("""
            groups:
              - { path: research, weight: 2, limit: { cpu: 8 } }
              - { path: energy, parent: research, guarantee: { cpu: 2 } }
              - { path: grid, parent: energy }
            """, "f.yaml").OrThrow();
        Assert.Equal(["research", "research/energy", "research/energy/grid"], fleet.Groups.Select(g => g.Path));
        Assert.Equal((2, "cpu=8", "cpu=2"), (fleet.Groups[0].Weight, fleet.Groups[0].Limit.ToString(), fleet.Groups[1].Guarantee.ToString()));
    }

    [Theory]
    [InlineData("- { path: a, parent: b }\n  - { path: b, parent: a }", 2, "group 'a' is in itself: its parents go in a circle (a/b/a); remove one 'parent'")]
    [InlineData("- { path: a, parent: a }", 2, "group 'a' is in itself")]
    [InlineData("- { path: a/b, parent: c }", 2, "group 'a/b' is in 'a' by its path and in 'c' by its parent; write one of them")]
    [InlineData("- { path: a }\n  - { path: a }", 3, "group 'a' is declared twice, first in line 2; rename or remove one of them")]
    [InlineData("- { path: a//b }", 2, "'a//b' is no group; write up to 8 names with '/' between")]
    [InlineData("- { weight: 1 }", 2, "this group has no 'path'; add path: research/energy")]
    [InlineData("- { path: a, weight: -1 }", 2, "group 'a' has weight -1; write 0, for the sum of its members' weights, or up to 1000000")]
    [InlineData("- { path: a, weight: .nan }", 2, "'weight' must be a number, not '.nan'")]
    [InlineData("- { path: a, wieght: 1 }", 2, "unknown key 'wieght' in this group; did you mean 'weight'?")]
    [InlineData("- { path: a, guarantee: { cpu: 3 }, limit: { cpu: 2 } }", 2, "group 'a' is guaranteed cpu=3 but limited to 2; raise the limit or lower the guarantee")]
    [InlineData("- { path: a, limit: { cpu: 2 } }\n  - { path: a/b, guarantee: { cpu: 3 } }", 2, "group a: its members are guaranteed cpu=3 together, above its limit cpu=2; raise the limit or lower their guarantees")]
    [InlineData("- { path: a, limit: { cpu: 2 } }\nagents:\n  - { id: x, group: a/b, guarantee: { cpu: 3 } }", 2, "group a: its members are guaranteed cpu=3 together, above its limit cpu=2")]
    public void What_cannot_be_is_told_with_its_line(string groups, int line, string expected)
    {
        var result = FleetFile.Parse("groups:\n  " + groups + "\n", "f.yaml");
        Assert.False(result.IsValid);
        Assert.Contains(result.Problems, p => p.Line == line && p.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("template: physics", "'physics' is no template")]
    [InlineData("policy: { fairnes: {} }", "unknown key 'fairnes' in policy; did you mean 'fairness'?")]
    [InlineData("policy: { fairness: { use_half_life: soon } }", "policy.fairness.use_half_life: ")]
    [InlineData("policy: { fairness: { adapt: { gain: lots } } }", "'policy.fairness.adapt.gain' must be a number")]
    [InlineData("policy: { fairness: { adapt: { gain: 7 } } }", "adapt: gain 7 is not valid; use more than 0 and at most 1")]
    [InlineData("policy: { fairness: { resource_weights: { cpu: 0 } } }", "resource_weights: cpu has weight 0; use 0.001 to 1000")]
    [InlineData("policy: { preemption: { enabled: perhaps } }", "'policy.preemption.enabled' must be true or false")]
    [InlineData("policy: { preemption: 5 }", "'policy.preemption' must be a mapping of keys to values")]
    [InlineData("policy: [1]", "'policy' must be a mapping like")]
    public void A_policy_that_cannot_be_is_told_with_its_line(string keys, string expected)
    {
        var result = FleetFile.Parse($"pools:\n  - name: p\n    {keys}\n", "f.yaml");
        Assert.False(result.IsValid);
        Assert.Contains(result.Problems, p => p.Line is 2 or 3 && p.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_written_wins_over_the_template()
    {
        var pool = Assert.Single(FleetFile.Parse("""
            pools:
              - name: p
                template: literature-analysis
                mode: aggressive
                policy:
                  fairness: { use_half_life: 5m }
                  preemption: { patience: 3s, fairness: at_or_below_final_share }
            """, "f.yaml").OrThrow().Pools);
        var template = PoolTemplates.Of("literature-analysis")!;
        Assert.Equal((template.Strategy, PoolMode.Aggressive, "literature-analysis"), (pool.Strategy, pool.Mode, pool.Policy!.Template));
        Assert.Equal(template.Policy!.Fairness! with { UseHalfLife = TimeSpan.FromMinutes(5) }, pool.Policy.Fairness);
        Assert.Equal(template.Policy.Preemption! with { Patience = TimeSpan.FromSeconds(3), Fairness = FairnessPreemption.AtOrBelowFinalShare }, pool.Policy.Preemption);
        Assert.Equal(template.Policy.Placement, pool.Policy.Placement);
    }

    public static TheoryData<string> Templates => [.. PoolTemplates.Names];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_template_comes_back_from_a_file_as_it_is(string template)
    {
        var fleet = new FleetSpec { Pools = [PoolTemplates.Of(template)! with { Name = "p" }], Groups = [new GroupSpec { Path = "a/b", Weight = 0.5 }] };
        foreach (var result in (FleetFileResult[])[FleetFile.Parse(FleetFile.WriteYaml(fleet), "f.yaml"), FleetFile.Parse(FleetFile.WriteJson(fleet), "f.json"),
            FleetFile.Parse($"pools: [{{ name: p, template: {template} }}]", "f.yaml")])
            Assert.Equal(fleet.Pools[0], Assert.Single(result.OrThrow().Pools));
    }
}
