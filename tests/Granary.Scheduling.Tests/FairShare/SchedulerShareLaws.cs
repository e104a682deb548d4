using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.FairShare;

/// <summary>The properties of fair shares on the running scheduler, where tasks come in whole pieces: small pools drawn from seeds.</summary>
public class SchedulerShareLaws
{
    [Fact]
    public void No_agent_is_given_a_task_while_a_smaller_share_could_have_it() => ShareTreeLaws.ForAll(60, random =>
    {
        var (pool, weights, demands) = Draw(random);
        var held = Place(pool, demands);
        // Equal tasks, one resource: whoever is not satisfied is at most one task behind, by weight, each group beside its siblings.
        for (var i = 0; i < weights.Length; i++)
        {
            if (held[i] == demands[i]) continue;
            for (var j = 0; j < weights.Length; j++)
                if ((held[j] - 1) / weights[j] > held[i] / weights[i] + 1e-9) return false;
        }
        return held.Sum() == Math.Min(24, demands.Sum());
    });

    [Fact]
    public void Everybody_has_what_a_part_of_the_pool_for_itself_would_give_but_for_whole_tasks() => ShareTreeLaws.ForAll(60, random =>
    {
        var (pool, weights, demands) = Draw(random);
        var held = Place(pool, demands);
        // Each of the others may be a part of a task ahead: so many tasks less to share.
        return Enumerable.Range(0, weights.Length).All(i => held[i] >= Math.Min(demands[i], Math.Floor((24 - (weights.Length - 1)) * weights[i] / weights.Sum())));
    });

    [Fact]
    public void Nobody_would_rather_have_what_another_has_by_weight_but_for_one_task() => ShareTreeLaws.ForAll(60, random =>
    {
        var (pool, weights, demands) = Draw(random);
        var held = Place(pool, demands);
        for (var i = 0; i < weights.Length; i++)
            for (var j = 0; j < weights.Length; j++)
                if (Math.Min(demands[i], Math.Floor((held[j] - 1) * weights[i] / weights[j])) > held[i]) return false;
        return true;
    });

    /// <summary>A search over lies: other sizes in either resource, and more tasks than there are. Only tasks at least as large as needed are of use.</summary>
    [Theory]
    [InlineData(1, 4, 3, 1)]
    [InlineData(2, 1, 1, 2)]
    [InlineData(1, 1, 2, 2)]
    [InlineData(3, 2, 1, 4)]
    public void Misreporting_demand_never_gains(int cores, int memory, int otherCores, int otherMemory)
    {
        var honest = Useful(cores, memory, 40);
        for (var liedCores = cores; liedCores <= 2 * cores + 2; liedCores++)
            for (var liedMemory = memory; liedMemory <= 2 * memory + 2; liedMemory++)
                foreach (var count in (int[])[40, 80]) Assert.True(Useful(liedCores, liedMemory, count) <= honest, $"asking {liedCores} and {liedMemory} gains");

        int Useful(int askedCores, int askedMemory, int count)
        {
            var pool = new VirtualPool();
            pool.Node("n", Make.Resources(36, 36));
            pool.Submit(Make.Task("me") with { Resources = Make.Resources(askedCores, askedMemory) }, count);
            pool.Submit(Make.Task("other") with { Resources = Make.Resources(otherCores, otherMemory) }, 40);
            pool.Decide();
            return pool.StartsOf("me");
        }
    }

    /// <summary>
    /// Start-time fair queueing (Goyal, Vin and Cheng, 1996, theorem 1): while two agents have tasks waiting, what they have been served differs by weight
    /// by no more than one task of each. By shares alone it may not: with more agents than slots and equal tasks, ties go to the same names each time.
    /// </summary>
    [Theory]
    [InlineData(11, 8, FairQueueing.VirtualTime)]
    [InlineData(12, 3, FairQueueing.VirtualTime)]
    [InlineData(13, 1, FairQueueing.VirtualTime)]
    [InlineData(12, 3, FairQueueing.DominantShare)]
    public void Served_work_stays_within_one_task_of_each_by_weight(int seed, int slots, FairQueueing queueing)
    {
        var random = new Random(seed);
        var weights = Enumerable.Range(0, 4).Select(_ => (double)random.Next(1, 5)).ToArray();
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(slots));
        GroupTests.Fairness(pool, new FairnessPolicy { Queueing = queueing });
        for (var i = 0; i < weights.Length; i++)
        {
            pool.Agent($"a{i}", weights[i]);
            pool.Submit(Make.Task($"a{i}"), 400);
        }
        var worst = 0.0;
        pool.AfterStep = () =>
        {
            for (var i = 0; i < weights.Length; i++)
                for (var j = 0; j < weights.Length; j++)
                    worst = Math.Max(worst, pool.StartsOf($"a{i}") / weights[i] - pool.StartsOf($"a{j}") / weights[j] - 1 / weights[i] - 1 / weights[j]);
        };
        pool.Run(30);
        pool.Scheduler = PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        pool.Run(60);
        Assert.Equal(queueing == FairQueueing.VirtualTime, worst <= 1e-9);
    }

    [Fact]
    public void Nobody_gains_by_having_been_idle_and_groups_are_served_by_their_weight()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(1));
        GroupTests.Fairness(pool, new FairnessPolicy { Queueing = FairQueueing.VirtualTime });
        pool.Agent("alone");
        pool.Agent("x", group: "g");
        pool.Agent("y", group: "g");
        pool.Group("g", 1);
        pool.Submit(Make.Task("alone"), 400);
        pool.Submit(Make.Task("x"), 400);
        pool.At(99.5, () => pool.Submit(Make.Task("y"), 400));
        pool.Run(99.7);
        Assert.InRange(pool.StartsOf("alone") - pool.StartsOf("x"), -1, 1);
        var (alone, x) = (pool.StartsOf("alone"), pool.StartsOf("x"));
        pool.Run(139.7);
        Assert.InRange(pool.StartsOf("alone") - alone, 19, 21);
        Assert.InRange(pool.StartsOf("x") - x, 9, 11); // not nothing, though y had been served nothing for a hundred seconds
        Assert.InRange(pool.StartsOf("y"), 9, 11);
    }

    [Fact]
    public void Run_times_that_were_expected_wrong_are_put_right()
    {
        // a says a tenth of what its tasks take: served time still comes out even
        var pool = new VirtualPool { RunTime = _ => Clock.Second };
        pool.Node("n", Make.Cpu(1));
        GroupTests.Fairness(pool, new FairnessPolicy { Queueing = FairQueueing.VirtualTime });
        pool.Submit(Make.Task("a", seconds: 0.1), 400);
        pool.Submit(Make.Task("b", seconds: 1), 400);
        pool.Run(100);
        Assert.InRange(pool.StartsOf("a") - pool.StartsOf("b"), -2, 2);
    }

    /// <summary>The first filling of a pool is start-time fair queueing tag by tag: the k-th task of weight w has the tag (k - 1) / w.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_pool_is_filled_in_the_order_of_start_tags(int seed)
    {
        var random = new Random(seed);
        var weights = Enumerable.Range(0, 4).Select(_ => (double)random.Next(1, 6)).ToArray();
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(40));
        for (var i = 0; i < weights.Length; i++)
        {
            pool.Agent($"a{i}", weights[i]);
            pool.Submit(Make.Task($"a{i}"), 40);
        }
        pool.Decide();
        var (served, last) = (new int[weights.Length], 0.0);
        foreach (var start in pool.Starts)
        {
            var agent = start.Assignment.Spec.Agent[1] - '0';
            var tag = served[agent]++ / weights[agent];
            Assert.True(tag >= last - 1e-9, $"tag {tag} after {last}");
            last = tag;
        }
        Assert.True(Enumerable.Range(0, weights.Length).All(i => served[i] / weights[i] >= last - 1e-9)); // nobody with a smaller tag was left
    }

    private static (VirtualPool Pool, double[] Weights, int[] Demands) Draw(Random random)
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(24));
        var weights = Enumerable.Range(0, random.Next(2, 6)).Select(_ => (double)random.Next(1, 5)).ToArray();
        for (var i = 0; i < weights.Length; i++) pool.Agent($"a{i}", weights[i]);
        return (pool, weights, [.. weights.Select(_ => random.Next(0, 30))]);
    }

    private static int[] Place(VirtualPool pool, int[] demands)
    {
        for (var i = 0; i < demands.Length; i++)
            if (demands[i] > 0) pool.Submit(Make.Task($"a{i}"), demands[i]);
        pool.Decide();
        return [.. demands.Select((_, i) => pool.StartsOf($"a{i}"))];
    }
}
