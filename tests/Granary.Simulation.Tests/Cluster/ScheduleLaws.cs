using Granary.Benchmarks.Replay;
using Granary.Simulation.Cluster;
using Granary.Simulation.Cluster.Backfill;
using Granary.Simulation.Cluster.Conservative;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Tests.Cluster;

/// <summary>What must hold of every schedule, on seeded random workloads.</summary>
public sealed class ScheduleLaws
{
    public static TheoryData<string> Policies => [.. ClusterPolicies.Names];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Nothing_runs_before_it_came_or_where_there_is_no_room(string policy)
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var workload = Replayed.Random(seed, 150, 16, load: 0.7 + seed * 0.1, underestimates: seed % 2 == 0);
            var schedule = Replayed.Run(workload, 16, policy);
            for (var i = 0; i < workload.Jobs.Count; i++)
            {
                if (schedule.Rejected[i]) continue;
                Assert.True(schedule.Starts[i] >= workload.Jobs[i].Submit);
                Assert.Equal(workload.Jobs[i].Run, schedule.Ends[i] - schedule.Starts[i]);
            }
            Assert.InRange(MostAtOnce(schedule), 1, 16);
            if (policy != "edf") Assert.DoesNotContain(true, schedule.Rejected);
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Equal_seeds_give_equal_schedules_and_lost_nodes_are_drawn_from_them(string policy)
    {
        var workload = Replayed.Random(3, 200, 16);
        NodeLoss[] losses = [new(500, 2), new(3000, 3)];
        string Digest(int seed) => Replayed.Run(workload, 16, policy, losses, seed).Report(policy, TimeSpan.Zero, []).Digest;
        Assert.Equal(Digest(1), Digest(1));
        Assert.True(Enumerable.Range(2, 5).Any(s => Digest(s) != Digest(1)), "the seed draws nothing");
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void After_losses_all_is_done_that_still_fits(string policy)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var workload = Replayed.Random(seed, 120, 16);
            var schedule = Replayed.Run(workload, 16, policy, [new NodeLoss(200, 5), new NodeLoss(1000, 4)], seed);
            for (var i = 0; i < workload.Jobs.Count; i++)
            {
                Assert.True(schedule.Rejected[i] != schedule.Ends[i] >= 0, $"job {i} is neither done nor rejected, or both");
                if (workload.Jobs[i].Processors <= 7 && policy != "edf") Assert.False(schedule.Rejected[i]);
            }
            Assert.True(schedule.Decisions >= schedule.Ends.Count(e => e >= 0));
        }
    }

    [Fact]
    public void Easy_is_what_sorting_and_scanning_everything_gives()
    {
        for (var seed = 1; seed <= 25; seed++)
        {
            var workload = Replayed.Random(seed, 400, 32, load: 0.6 + seed % 7 * 0.15, underestimates: seed % 3 == 0);
            NodeLoss[] losses = seed % 5 == 0 ? [new NodeLoss(1000, 3)] : [];
            var fast = Replayed.Run(workload, 32, "easy", losses);
            var naive = Replayed.Run(workload, ClusterSpec.Uniform(32), m => new NaiveEasyPolicy(m), losses);
            Assert.Equal(naive.Starts, fast.Starts);
        }
    }

    /// <summary>The law of conservative backfilling: as long as nobody outlives an estimate, a promised start is never put off.</summary>
    [Fact]
    public void Conservative_delays_no_promise()
    {
        var early = 0;
        for (var seed = 1; seed <= 25; seed++)
        {
            var workload = Replayed.Random(seed, 300, 16, load: 0.6 + seed % 7 * 0.15);
            ConservativePolicy? policy = null;
            var schedule = Replayed.Run(workload, ClusterSpec.Uniform(16), m => policy = new ConservativePolicy(m, new UserEstimates(m)));
            for (var i = 0; i < workload.Jobs.Count; i++)
            {
                Assert.True(schedule.Starts[i] <= policy!.Promises[i], $"seed {seed}: job {i} started after its promise");
                if (schedule.Starts[i] < policy.Promises[i]) early++;
            }
        }
        Assert.True(early > 100, "no early end ever moved a promise forward: nothing was tried");
    }

    private static int MostAtOnce(Schedule schedule)
    {
        var changes = new List<(long At, int Change)>();
        for (var i = 0; i < schedule.Starts.Length; i++)
        {
            if (schedule.Ends[i] < 0) continue;
            changes.Add((schedule.Starts[i], schedule.Workload.Jobs[i].Processors));
            changes.Add((schedule.Ends[i], -schedule.Workload.Jobs[i].Processors));
        }
        var (now, most) = (0, 0);
        foreach (var (_, change) in changes.Order()) most = Math.Max(most, now += change);
        return most;
    }
}
