namespace Granary.Client.Tests;

public class LendingTests
{
    [Theory]
    [InlineData("lending: { limit: { cpu: 8 }, borrow_limit: { gpu: 2 }, weight: 2.5 }", 8000L, 2000L, 2.5)]
    [InlineData("lending: { limit: {} }", 0L, null, null)]
    [InlineData("lending: { weight: 3 }", null, null, 3.0)]
    public void What_a_pool_lends_is_read_and_written_back(string lending, long? lendCpu, long? borrowGpu, double? weight)
    {
        var fleet = FleetFile.Parse($"pools:\n  - {{ name: p, cohort: lab, {lending} }}\n", "fleet.yaml").OrThrow();
        var policy = Assert.Single(fleet.Pools).Policy!.Lending!;
        Assert.Equal((lendCpu, borrowGpu, weight), (policy.LendingLimit?.CpuMilli, policy.BorrowingLimit?.GpuMilli, policy.Weight));
        Assert.Equal(policy, Assert.Single(FleetFile.Parse(FleetFile.WriteYaml(fleet), "again.yaml").OrThrow().Pools).Policy!.Lending);
    }

    [Theory]
    [InlineData("cohort: lab, lending: 5", "'lending' must be a mapping like { limit: { cpu: 8 } }, not '5'")]
    [InlineData("cohort: lab, lending: { lend: { cpu: 1 } }", "unknown key 'lend' in 'lending'; known are limit, borrow_limit, weight")]
    [InlineData("cohort: lab, lending: { weight: 0 }", "pool 'p' has weight 0 in its cohort; write a number over 0 and up to 1000000")]
    [InlineData("lending: { weight: 2 }", "pool 'p' says what it lends but is in no cohort; name one: cohort: lab")]
    public void A_mistake_is_told(string keys, string problem) =>
        Assert.Contains(problem, Assert.Single(FleetFile.Parse($"pools:\n  - {{ name: p, {keys} }}\n", "fleet.yaml").Problems).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_pool_of_a_cohort_may_ask_for_more_than_its_own_nodes_hold()
    {
        const string Rest = "nodes: [ { name: n, pool: p, simulated: true, capacity: { cpu: 1 } } ]\ntasks: [ { name: t, agent: a, pool: p, handler: noop, resources: { cpu: 2 } } ]\n";
        Assert.Empty(FleetFile.Parse("pools: [ { name: p, cohort: lab } ]\n" + Rest, "fleet.yaml").Problems);
        Assert.Single(FleetFile.Parse("pools: [ { name: p } ]\n" + Rest, "fleet.yaml").Problems);
    }
}
