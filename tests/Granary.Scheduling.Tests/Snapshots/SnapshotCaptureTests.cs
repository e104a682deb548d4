using System.Buffers;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Snapshots;

/// <summary>A snapshot that is written bit by bit holds the state at its beginning, whatever happens meanwhile.</summary>
public class SnapshotCaptureTests
{
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(26)]
    [InlineData(27)]
    [InlineData(28)]
    public void Random_commands_between_its_bits_do_not_reach_it(int seed)
    {
        var random = new Random(seed);
        SnapshotCapture? capture = null;
        byte[] expected = [];
        var (whole, changed) = (0, 0);
        RandomPool.Run(seed, steps: 300, each: pool =>
        {
            if (capture is null)
            {
                expected = ReplayTests.Snapshot(pool.Scheduler);
                capture = pool.Scheduler.BeginSnapshot();
            }
            if (random.Next(2) > 0 || !capture.WriteSome(random.Next(1, 60))) return;
            Assert.Equal(expected, capture.Bytes.ToArray());
            whole++;
            if (!expected.AsSpan().SequenceEqual(ReplayTests.Snapshot(pool.Scheduler))) changed++;
            capture = null;
        });
        Assert.True(whole >= 10, $"{whole} snapshots were finished");
        Assert.True(changed >= whole / 2, $"the pool had changed at the end of {changed} of {whole}");
    }

    [Fact]
    public void A_second_capture_takes_the_place_of_the_first()
    {
        var pool = new VirtualPool(new SchedulerOptions());
        var first = pool.Scheduler.BeginSnapshot();
        var second = pool.Scheduler.BeginSnapshot();
        first.End();
        Assert.Throws<InvalidOperationException>(() => second.Bytes);
        Assert.True(second.WriteSome(1000));
        Assert.Equal(ReplayTests.Snapshot(pool.Scheduler), second.Bytes.ToArray());
    }
}
