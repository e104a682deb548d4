using System.Buffers;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Laws;

/// <summary>Determinism: the same commands give the same events, and the events give the same state.</summary>
public class ReplayTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Random_commands_replay_to_the_same_bytes(int seed)
    {
        var first = RandomPool.Run(seed, steps: 250);
        var second = RandomPool.Run(seed, steps: 250);
        Assert.Equal(Journal(first.Events), Journal(second.Events));

        var record = Journal(first.Events);
        var events = new EventBatch();
        EventCodec.Read(record, events);
        var replayed = new PoolScheduler("default", first.Scheduler.Options);
        foreach (var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        var snapshot = Snapshot(first.Scheduler);
        Assert.Equal(snapshot, Snapshot(replayed));

        var restored = PoolScheduler.ReadSnapshot(snapshot, first.Scheduler.Options);
        Assert.Equal(snapshot, Snapshot(restored));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void A_pool_restored_in_mid_run_finishes_everything(int seed)
    {
        var pool = RandomPool.Run(seed, steps: 120);
        pool.Scheduler = PoolScheduler.ReadSnapshot(Snapshot(pool.Scheduler), pool.Scheduler.Options);
        pool.Node("late", Make.Resources(64, 65536, 8));
        pool.Run();
        Assert.Equal(0, pool.Scheduler.LiveTasks);
        Assert.Equal(pool.Scheduler.NextNumber - 1, pool.Final.Count);
    }

    internal static byte[] Journal(EventBatch events)
    {
        var writer = new ArrayBufferWriter<byte>();
        EventCodec.Write(events, writer);
        return writer.WrittenSpan.ToArray();
    }

    internal static byte[] Snapshot(PoolScheduler scheduler)
    {
        var writer = new ArrayBufferWriter<byte>();
        scheduler.WriteSnapshot(writer);
        return writer.WrittenSpan.ToArray();
    }
}
