using Granary.Model;
using Granary.Scheduling.Tests.Laws;

namespace Granary.Scheduling.Tests.Preemption;

/// <summary>No flapping, with gangs of up to four among those who ask and those who are stopped.</summary>
public sealed class GangPreemptionLaws
{
    private const int Runs = 60;

    /// <summary>
    /// Nothing ends by itself. Each stop settles the lease it was made for, and no settled lease goes to another agent, so there are at most as many as leases fit into
    /// the pool; each may stop a gang of four where one task would have been enough.
    /// </summary>
    [Fact]
    public void Without_arrivals_and_ends_few_are_stopped_and_then_it_is_over() => Search(seed =>
    {
        var load = new RandomLoad(seed, longTasks: true, gangs: true);
        load.Pool.Run(untilSeconds: 600);
        var log = new PreemptionLog(load.Pool, load.EventsBefore);
        Assert.True(load.Stopped <= 8 * log.MostLeases, $"{load.Stopped} stopped where {log.MostLeases} ran at most");
        Assert.DoesNotContain(log.Stops, s => s.At > Simulation.VirtualPool.Start + 300 * Clock.Second);
        NoneStopsItsPreemptor(log);
        AllOrNone(load, log);
    });

    [Fact]
    public void Without_arrivals_everything_ends_and_preemptions_are_few() => Search(seed =>
    {
        var load = new RandomLoad(seed, longTasks: false, gangs: true);
        load.Pool.Run();
        Assert.Equal(0, load.Pool.Scheduler.LiveTasks);
        var log = new PreemptionLog(load.Pool, load.EventsBefore);
        Assert.True(load.Stopped <= 2 * load.Live, $"{load.Stopped} stopped of {load.Live}");
        NoneStopsItsPreemptor(log);
        AllOrNone(load, log);
    });

    [Fact]
    public void Both_sides_occur()
    {
        var (asked, stopped) = (0, 0);
        Search(seed =>
        {
            var load = new RandomLoad(seed, longTasks: seed % 2 == 0, gangs: true);
            load.Pool.Run(untilSeconds: 300);
            var log = new PreemptionLog(load.Pool);
            asked += log.Stops.Count(s => GangOf(load, s.For.Number) is not null);
            stopped += log.Stops.Count(s => GangOf(load, s.Victim.Number) is not null);
        });
        Assert.True(asked > 20 && stopped > 20, $"{asked} were stopped for gangs, {stopped} members of gangs were stopped");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(21)]
    public void Replayed_and_restored_it_is_the_same_to_the_byte(int seed)
    {
        var load = new RandomLoad(seed, longTasks: true, gangs: true);
        load.Pool.Run(untilSeconds: 100);
        var journal = ReplayTests.Journal(load.Pool.Events);
        var events = new EventBatch();
        EventCodec.Read(journal, events);
        var replayed = new PoolScheduler("default", load.Pool.Scheduler.Options);
        foreach (var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        var snapshot = ReplayTests.Snapshot(load.Pool.Scheduler);
        Assert.Equal(snapshot, ReplayTests.Snapshot(replayed));
        Assert.Equal(snapshot, ReplayTests.Snapshot(PoolScheduler.ReadSnapshot(snapshot, load.Pool.Scheduler.Options)));
        var again = new RandomLoad(seed, longTasks: true, gangs: true);
        again.Pool.Run(untilSeconds: 100);
        Assert.Equal(journal, ReplayTests.Journal(again.Pool.Events));
    }

    /// <summary>Whenever a member of a gang is stopped for somebody, all that ran are, for the same.</summary>
    private static void AllOrNone(RandomLoad load, PreemptionLog log)
    {
        foreach (var stops in log.Stops.Where(s => GangOf(load, s.Victim.Number) is not null).GroupBy(s => (Gang: GangOf(load, s.Victim.Number), s.For, s.At)))
        {
            var (first, count) = stops.Key.Gang!.Value;
            var stopped = stops.Select(s => s.Victim.Number).ToHashSet();
            for (var number = first; number < first + count; number++)
                if (!stopped.Contains(number))
                    Assert.Contains(load.Pool.Final, t => t.Id.Number == number && t.State == TaskState.Succeeded && Clock.ToMicros(t.Finished!.Value) <= stops.Key.At);
        }
    }

    private static (long First, int Count)? GangOf(RandomLoad load, long number)
    {
        foreach (var (first, count) in load.Gangs)
            if (number >= first && number < first + count) return (first, count);
        return null;
    }

    private static void NoneStopsItsPreemptor(PreemptionLog log)
    {
        var undone = log.Stops.Select(s => (s.Victim, For: s.For.Number)).ToHashSet();
        Assert.DoesNotContain(log.Stops, s => undone.Contains((s.For, s.Victim.Number)));
    }

    private static void Search(Action<int> law)
    {
        for (var seed = 0; seed < Runs; seed++)
        {
            try
            {
                law(seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }
}
