using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Laws;

/// <summary>Reservations and promises beside each other, in virtual time with run times as declared.</summary>
public class ReservationLaws
{
    /// <summary>Seeded loads of promises, reservations and the rest: what is admitted is kept, and what is reserved is there in its windows.</summary>
    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, "easy")]
    [InlineData(false, "conservative")]
    public void What_is_admitted_is_kept(bool preemption, string backfill)
    {
        var (reserved, refused, promised) = (0, 0, 0);
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(random.Next(1, 20)), DeadlineSlack = random.Next(2) * 0.1 });
            pool.Scheduler.Configure(new PoolSpec
            {
                Name = "default",
                Policy = new PoolPolicy { Promises = new PromisePolicy { Backfill = backfill }, Preemption = new PreemptionPolicy { Enabled = preemption } },
            }, pool.Now, pool.Events, pool);
            var nodes = random.Next(1, 4);
            for (var node = 0; node < nodes; node++) pool.Node($"n{node}", Make.Resources(random.Next(3, 9), 8192));
            for (var agent = 0; agent < 4; agent++) pool.Agent($"a{agent}", 1 + random.Next(3), priorityClass: (PriorityClass)random.Next(4));
            pool.AfterStep = () => WindowsAreHeld(pool, seed);
            for (var i = 0; i < 8; i++)
            {
                var (agent, cores, from, length) = ($"a{random.Next(4)}", random.Next(1, 5), random.Next(0, 50), random.Next(2, 15));
                var every = random.Next(3) == 0 ? length + random.Next(20) : 0;
                pool.At(Math.Round(random.NextDouble() * 40, 1), () =>
                {
                    var at = Math.Max(from, Math.Ceiling(pool.Seconds));
                    if (pool.Reserve(agent, Make.Cpu(cores), at, length, every, every == 0 ? 0 : 3).Reservation is null) refused++;
                    else reserved++;
                });
            }
            for (var i = 0; i < 50; i++)
            {
                var spec = Make.Task($"a{random.Next(4)}", random.Next(1, 3), Math.Round(0.1 + random.NextDouble() * 8, 1),
                    deadline: random.Next(2) == 0 ? random.Next(1, 40) : null, priority: random.Next(3));
                pool.At(Math.Round(random.NextDouble() * 60, 1), () => pool.Submit(spec, random.Next(1, 4)));
            }
            pool.Run();
            foreach (var task in pool.Final.Where(t => t.Deadline is not null && t.State != TaskState.Rejected))
            {
                promised++;
                Assert.True(task.State == TaskState.Succeeded && task.Finished <= task.Deadline, $"seed {seed}: {task.Id} {task.State} at {task.Finished:ss.fff}, due {task.Deadline:ss.fff}");
            }
        }
        Assert.True(reserved > 50 && refused > 10 && promised > 200, $"{reserved} reserved, {refused} refused, {promised} promised");
    }

    /// <summary>In an open window nobody else holds what is reserved: what the agent uses there and what is free make it up.</summary>
    private static void WindowsAreHeld(VirtualPool pool, int seed)
    {
        var open = pool.Scheduler.Reservations(pool.Now).Where(r => r.State == ReservationState.Active && r.Missing.IsZero).ToList();
        foreach (var node in open.SelectMany(r => r.Pieces, (r, p) => (r.Spec.Agent, p.Node, p.Resources.CpuMilli)).GroupBy(p => p.Node))
        {
            var others = pool.Capacity(node.Key).CpuMilli;
            foreach (var agent in node.GroupBy(p => p.Agent)) others -= Math.Max(agent.Sum(p => p.CpuMilli), UseOf(pool, node.Key, agent.Key));
            var holders = node.Select(p => p.Agent).ToHashSet();
            var used = pool.Running.Where(a => a.Lease.Node == node.Key && !holders.Contains(a.Spec.Agent)).Sum(a => a.Spec.Resources.CpuMilli);
            Assert.True(used <= others, $"seed {seed}: others hold {used} of {others} on {node.Key} at {pool.Seconds} s");
        }
    }

    private static long UseOf(VirtualPool pool, string node, string agent) =>
        pool.Running.Where(a => a.Lease.Node == node && a.Spec.Agent == agent).Sum(a => a.Spec.Resources.CpuMilli);
}
