using Granary.Model;

namespace Granary.Hardware.Tests.Telemetry;

public sealed class MemoryAndPressureTests
{
    [Fact]
    public void Memory_is_in_bytes_and_paging_in_rates()
    {
        using var machine = new Ticking(new RecordedTree()
            .With("/proc/meminfo", "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\nBuffers:  10 kB\nCached:  250 kB\nSwapTotal:  500 kB\nSwapFree:  450 kB\nDirty:  7 kB")
            .With("/proc/vmstat", "nr_free_pages 7\npswpin 10\npswpout 20\npgmajfault 5\noom_kill 0")).Tick();
        machine.With("/proc/vmstat", "nr_free_pages 7\npswpin 12\npswpout 20\npgmajfault 15\noom_kill 1").Tick();

        Assert.Equal((1024_000, 614_400, 409_600), (machine["memory.total"], machine["memory.used"], machine["memory.available"]));
        Assert.Equal((102_400, 256_000, 7168, 512_000, 51_200), (machine["memory.free"], machine["memory.cached"], machine["memory.dirty"], machine["swap.total"], machine["swap.used"]));
        Assert.Equal((2.0 * Environment.SystemPageSize, 0, 10, 1), (machine["swap.in"], machine["swap.out"], machine["memory.major_faults"], machine["memory.oom_kills"]));
        Assert.Equal(ReadingSource.Measured, machine.Quality("memory.used"));
    }

    [Fact]
    public void Where_the_kernel_does_not_say_what_is_available_it_is_an_estimate()
    {
        using var machine = new Ticking(new RecordedTree().With("/proc/meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\nCached: 300 kB")).Tick();
        Assert.Equal((409_600, ReadingSource.Estimated), (machine["memory.available"], machine.Quality("memory.available")));
        Assert.Equal((614_400, ReadingSource.Estimated), (machine["memory.used"], machine.Quality("memory.used")));
        Assert.True(double.IsNaN(machine["swap.total"]));
    }

    [Fact]
    public void Pressure_is_the_part_of_the_time_since_the_tick_before()
    {
        static string Psi(int some, int full) => $"some avg10=99.00 avg60=0.00 avg300=0.00 total={some}\nfull avg10=99.00 avg60=0.00 avg300=0.00 total={full}";
        using var machine = new Ticking(new RecordedTree().With("/proc/pressure/memory", Psi(1_000_000, 500_000)).With("/proc/pressure/cpu", "some avg10=0 total=5")).Tick();
        machine.With("/proc/pressure/memory", Psi(1_500_000, 600_000)).With("/proc/pressure/cpu", "some avg10=0 total=900000005").Tick(2);

        Assert.Equal((0.25, 0.05), (machine["pressure.memory.some"], machine["pressure.memory.full"]));
        Assert.Equal(1, machine["pressure.cpu.some"]);
        Assert.True(double.IsNaN(machine["pressure.cpu.full"]) && double.IsNaN(machine["pressure.io.some"]), "what the kernel lacks is absent");
    }
}
