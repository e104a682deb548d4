using Granary.Model;

namespace Granary.Hardware.Tests.Telemetry;

public sealed class CpuTests
{
    private static Ticking Machine(string stat) => new(new RecordedTree().With("/proc/stat", stat).With("/proc/loadavg", "1.25 0.5 0.25 3/210 4711"));

    [Fact]
    public void Each_core_and_all_together_say_how_busy_they_were_since_the_tick_before()
    {
        using var machine = Machine("cpu  100 0 50 800 40 5 5 0 0 0\ncpu0 50 0 25 400 20 0 0 0 0 0\ncpu1 50 0 25 400 20 0 0 0 0 0\nintr 1 2 3\nctxt 1000\nprocesses 70\nprocs_running 3\nprocs_blocked 1").Tick();
        Assert.True(double.IsNaN(machine["cpu"]), "one reading says nothing yet");

        machine.With("/proc/stat", "cpu  150 10 70 890 60 5 5 10 0 0\ncpu0 100 0 45 400 20 0 0 0 0 0\ncpu1 50 0 25 490 30 0 0 0 0 0\nintr 1 2 3\nctxt 1500\nprocesses 80\nprocs_running 4\nprocs_blocked 0").Tick(2);

        // 200 ticks: user 50 + nice 10, system 20, idle 90, iowait 20, steal 10
        Assert.Equal((0.45, 0.3, 0.1, 0.1, 0.05), (machine["cpu"], machine["cpu.user"], machine["cpu.system"], machine["cpu.iowait"], machine["cpu.steal"]));
        Assert.Equal((1, 0), (machine["cpu/0"], machine["cpu/1"]));
        Assert.Equal((250, 5, 4, 0, 2, 1.25), (machine["context_switches"], machine["forks"], machine["processes.running"], machine["processes.blocked"], machine["cores"], machine["load1"]));
        Assert.Equal(ReadingSource.Measured, machine.Quality("cpu"));
    }

    [Fact]
    public void A_core_that_is_taken_away_loses_its_series_and_begins_anew_when_it_is_back()
    {
        using var machine = Machine("cpu  2 0 0 2\ncpu0 1 0 0 1\ncpu1 1 0 0 1").Tick();
        machine.With("/proc/stat", "cpu  3 0 0 2\ncpu0 2 0 0 1").Tick();
        Assert.False(machine.Has("cpu/1"));
        Assert.Equal((1, 1), (machine["cpu/0"], machine["cores"]));

        machine.With("/proc/stat", "cpu  4 0 0 3\ncpu0 2 0 0 2\ncpu1 500 0 0 1").Tick();
        Assert.True(machine.Has("cpu/1") && double.IsNaN(machine["cpu/1"]));
        machine.With("/proc/stat", "cpu  4 0 0 3\ncpu0 2 0 0 3\ncpu1 501 0 0 2").Tick();
        Assert.Equal(0.5, machine["cpu/1"]);
    }

    [Theory]
    [InlineData("cpu  100 0 100 800 90", "cpu  150 0 100 850 80", 0.5, ReadingSource.Estimated)] // iowait steps back, as it is known to
    [InlineData("cpu  100 0 100 800", "cpu  10 0 10 80", double.NaN, ReadingSource.Absent)] // began anew
    [InlineData("cpu  100 0 100 800", "cpu  100 0 100 800", double.NaN, ReadingSource.Absent)] // no time passed
    [InlineData("cpu  4294967290 0 0 100", "cpu  4 0 0 110", 0.5, ReadingSource.Measured)] // wrapped at 32 bits
    [InlineData("cpu  1 0 0 1", "cpu  x y z", double.NaN, ReadingSource.Absent)]
    [InlineData("cpu  1 0 0 1", "", double.NaN, ReadingSource.Absent)]
    public void Counters_that_run_backwards_wrap_or_stand_are_measured_estimated_or_absent(string before, string now, double busy, ReadingSource quality)
    {
        using var machine = Machine(before).Tick().With("/proc/stat", now).Tick();
        Assert.Equal(busy, machine["cpu"]);
        Assert.Equal(quality, machine.Quality("cpu"));
    }

    [Fact]
    public void A_wall_clock_that_jumps_changes_no_rate()
    {
        using var machine = Machine("cpu  1 0 0 1\nctxt 100").Tick();
        machine.SetWallClock(TimeSpan.FromDays(-400)).With("/proc/stat", "cpu  2 0 0 2\nctxt 150").Tick();
        Assert.Equal(50, machine["context_switches"]);
    }

    [Fact]
    public void A_thousand_cores_are_read_without_allocating()
    {
        var text = "cpu  1000 0 0 1000\n" + string.Concat(Enumerable.Range(0, 1000).Select(n => $"cpu{n} {n} 0 0 1000 0 0 0 0 0 0\n")) + "intr " + new string('0', 20_000) + "\nctxt 5";
        using var machine = Machine(text).Tick().Tick();
        Assert.Equal(1000, machine["cores"]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        machine.Tick();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        machine.With("/proc/stat", text.Replace("cpu999 999 0 0 1000", "cpu999 1000 0 0 1003", StringComparison.Ordinal)).Tick();
        Assert.Equal(0.25, machine["cpu/999"]);
    }
}
