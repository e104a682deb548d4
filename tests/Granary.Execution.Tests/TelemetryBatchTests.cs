using Granary.Execution.Telemetry;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Tests;

public sealed class TelemetryBatchTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ticks_of_the_same_metrics_go_together_and_a_new_metric_begins_another_batch()
    {
        var row = new SampleRow();
        var batches = new TelemetryBatches(100);
        var cpu = row.Add("cpu");
        row.Set(cpu, 0.5);
        batches.Add(Start, row);
        row.Clear();
        batches.Add(Start.AddSeconds(1), row);
        var disk = row.Add("disk.read/sda");
        row.Set(disk, 7, ReadingSource.Estimated);
        row.Remove(cpu);
        batches.Add(Start.AddSeconds(2), row);

        var first = batches.First!;
        Assert.Equal(["cpu"], first.Names);
        Assert.Equal(2, first.Ticks.Count);
        Assert.Equal((0.5f, (byte)ReadingSource.Measured), (first.Ticks[0].Values[0], first.Ticks[0].Qualities[0]));
        Assert.Equal((true, (byte)ReadingSource.Absent, Start.AddSeconds(1)), (float.IsNaN(first.Ticks[1].Values[0]), first.Ticks[1].Qualities[0], first.Ticks[1].At));
        batches.Taken();
        Assert.Equal(["disk.read/sda"], batches.First!.Names);
        Assert.Equal(7f, batches.First.Ticks[0].Values[0]);
        batches.Taken();
        Assert.Null(batches.First);
        batches.Add(Start.AddSeconds(3), row);
        Assert.Single(batches.First!.Ticks);
    }

    [Fact]
    public void While_nobody_takes_them_the_oldest_go()
    {
        var row = new SampleRow();
        var batches = new TelemetryBatches(10);
        for (var i = 0; i < 40; i++)
        {
            if (i % 4 == 0) row.Add($"m{i}");
            batches.Add(Start.AddSeconds(i), row);
        }
        Assert.InRange(batches.Count, 8, 10);
        Assert.Equal(Start.AddSeconds(32), batches.First!.Ticks[0].At);
    }
}
