using FsCheck;
using FsCheck.Fluent;

namespace Granary.Client.Tests;

public class SubmitPlanTests
{
    [Fact]
    public void One_message_a_pool_in_the_order_of_the_file()
    {
        var plan = SubmitPlan.Of(Fleet(("a", "p", []), ("b", "q", []), ("c", "p", ["a"]), ("d", "p", [])));
        Assert.Equal([("p", "0 2 3"), ("q", "1")], plan.Select(b => (b.Pool, string.Join(' ', b.Tasks))));
    }

    [Fact]
    public void A_task_moves_only_behind_what_it_waits_for()
    {
        var plan = SubmitPlan.Of(Fleet(("a", "p", ["c"]), ("b", "p", []), ("c", "p", []), ("d", "p", [])));
        Assert.Equal([1, 2, 0, 3], Assert.Single(plan).Tasks);
    }

    [Fact]
    public void Tasks_that_depend_on_each_other_share_a_message_as_far_as_they_fit()
    {
        var plan = SubmitPlan.Of(Fleet(("a", "p", []), ("b", "p", []), ("c", "p", ["a"]), ("d", "p", ["b"])), maxBatchBytes: 700);
        Assert.Equal([[0, 2], [1, 3]], plan.Select(b => b.Tasks));
    }

    [Fact]
    public void Every_task_is_planned_once_after_what_it_waits_for_and_no_message_is_over_the_bound() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(
            (from edges in Gen.Choose(0, 1000).ListOf(2).ListOf()
             from bound in Gen.Choose(300, 3000)
             select (Edges: edges, bound)).ToArbitrary(),
            given =>
            {
                var order = Enumerable.Range(0, given.Edges.Count).OrderBy(i => (i * 7919) % 101).ToArray();
                var fleet = Fleet([.. given.Edges.Select((on, i) => ($"t{i}", $"p{i % 2}",
                    on.Select(o => o % (i + 1)).Where(o => o < i && o % 2 == i % 2).Select(o => $"t{o}").ToArray()))]);
                fleet = fleet with { Tasks = [.. order.Select(i => fleet.Tasks[i])] };
                var plan = SubmitPlan.Of(fleet, given.bound);
                var after = SubmitPlan.After(fleet);
                var done = new HashSet<int>();
                foreach (var task in plan.SelectMany(b => b.Tasks))
                {
                    Assert.All(after[task], on => Assert.Contains(on, done));
                    Assert.True(done.Add(task));
                }
                Assert.Equal(fleet.Tasks.Count, done.Count);
                Assert.All(plan, b => Assert.Single(b.Tasks.Select(t => fleet.Tasks[t].Pool).Distinct()));
                Assert.All(plan, b => Assert.True(b.Tasks.Count <= Math.Max(1, given.bound / 256)));
            }));

    private static FleetSpec Fleet(params (string Name, string Pool, string[] After)[] tasks) => new()
    {
        Tasks = [.. tasks.Select(t => new FleetTask { Spec = new() { Name = t.Name, Agent = "x", Handler = "noop" }, Pool = t.Pool, After = t.After })],
    };
}
