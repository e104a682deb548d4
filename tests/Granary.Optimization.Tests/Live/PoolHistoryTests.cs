using FsCheck;
using FsCheck.Fluent;
using Granary.Optimization.Live;
using Granary.Optimization.Path;
using Granary.Optimization.Plans;

namespace Granary.Optimization.Tests.Live;

public class PoolHistoryTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private static AgentSample Sample(string id, double used, int queued = 0, int running = 0, long ended = 0, double received = 0, double guarantee = 0, double? limit = null) =>
        new(id, 1, guarantee, limit, used, queued, running, ended, received);

    [Fact]
    public void What_waits_counts_as_much_as_what_runs_uses_a_task()
    {
        var history = new PoolHistory(100, Step);
        Assert.Null(history.Situation(8, 1));
        history.Observe([Sample("a", 3, queued: 4, running: 2, ended: 10, received: 50), Sample("idle", 0)]);
        history.Observe([Sample("a", 0, queued: 4, ended: 16, received: 80), Sample("idle", 0)]);
        var situation = history.Situation(8, 1)!;
        var agent = Assert.Single(situation.Agents);
        Assert.Equal([9, 6], situation.History[0]); // 3 + 4 * 1.5, then 4 * 1.5
        Assert.Equal((1.5, 5), (agent.Rate, agent.Work)); // four more came in ten seconds, but 7.5 cores on average could have been used; six ended with thirty
        Assert.Equal(20, Assert.Single(situation.Backlog!));
    }

    [Fact]
    public void Who_is_gone_wants_nothing_and_is_forgotten_at_last()
    {
        var history = new PoolHistory(3, Step);
        history.Observe([Sample("a", 2), Sample("b", 1)]);
        for (var i = 0; i < 4; i++) history.Observe([Sample("b", 1)]);
        Assert.Equal("b", Assert.Single(history.Situation(8, 1)!.Agents).Id); // as many samples of nothing as are remembered
        history.Observe([Sample("a", 2), Sample("b", 1)]);
        Assert.Equal([2], history.Situation(8, 1)!.History[0]); // it began anew
    }

    [Fact]
    public void Those_that_want_most_are_taken_by_name_and_guarantees_fit_what_is_there()
    {
        var history = new PoolHistory(10, Step, mostAgents: 2);
        history.Observe([Sample("c", 5, guarantee: 6), Sample("a", 1), Sample("b", 3, guarantee: 2, limit: 0.1)]);
        var situation = history.Situation(4, 1)!;
        Assert.Equal(["b", "c"], situation.Agents.Select(a => a.Id));
        Assert.Equal(4, situation.Agents.Sum(a => a.Guarantee), 9);
        Assert.All(situation.Agents, a => Assert.True(a.Limit is null || a.Limit >= a.Guarantee));
        Assert.Null(history.Situation(0, 1)); // no node is there
    }

    [Fact]
    public void Any_history_gives_a_situation_that_can_be_decided() => Prop.ForAll(
        Gen.Choose(0, 50).Three().ListOf(20).ToArbitrary(),
        samples =>
        {
            var history = new PoolHistory(8, Step);
            long ended = 0;
            foreach (var (used, queued, running) in samples)
                history.Observe([Sample("a", used, queued, running, ended += running, ended * 0.5, guarantee: queued, limit: used), Sample("b", queued, used, 1, 0, 0)]);
            if (history.Situation(8, 1) is not { } situation) return true;
            var decision = StandardPath.Create(TimeProvider.System, planner: new PlannerOptions { Generations = 3, Divisions = 3 }).Decide(situation);
            return decision.Allocation.All(double.IsFinite) && decision.Allocation.Sum() <= 8 + 1e-6;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void An_outcome_is_what_the_load_that_came_would_have_had_of_each()
    {
        var history = new PoolHistory(10, Step);
        for (var i = 1; i <= 2; i++)
            history.Observe([Sample("a", 1, running: 1, queued: 2, ended: 10 * i, received: 10 * i) with { Weight = 9 }, Sample("b", 1, running: 1, queued: 2, ended: 10 * i, received: 10 * i)]);
        var situation = history.Situation(2, 1)!;
        Assert.Equal([1.8, 0.2], situation.Incumbent!.Select(c => Math.Round(c, 9)));
        var after = PlanRewards.Afterwards(situation, situation, new())!;
        var (weighed, crooked) = (PlanRewards.Of(after, situation.Incumbent!, 1, new()), PlanRewards.Of(after, [0.01, 1.99], 1, new()));
        Assert.InRange(weighed, crooked + 0.05, 0.5);
        Assert.InRange(crooked, -1, 0.5);
        Assert.Null(PlanRewards.Afterwards(situation, situation with { Agents = [.. situation.Agents.Reverse()] }, new()));
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    public void What_is_no_sample_is_refused_by_name(double used, double weight)
    {
        var history = new PoolHistory(10, Step);
        Assert.Contains("solar", Assert.Throws<ArgumentException>(() => history.Observe([new("solar", weight, 0, null, used, 0, 0, 0, 0)])).Message, StringComparison.Ordinal);
        Assert.Equal(0, history.Samples);
    }
}
