using Granary.Hardware.Energy;
using Granary.Hardware.Tests.Telemetry;
using Granary.Model;

namespace Granary.Hardware.Tests.Energy;

public sealed class EnergySourceTests
{
    private static Ticking Start(RecordedTree tree, PowerModel? model = null, params IReadOnlyList<IAcceleratorSource> cards)
    {
        var owners = new TaskOwners();
        AcceleratorSource? accelerators = null;
        return new(tree, new() { Owners = owners }, row => accelerators = new(row, cards),
            row => new EnergySource(tree.Root, row, model ?? new(20, 100), accelerators!, owners));
    }

    private static Ticking Process(Ticking machine, int pid, string task, string agent, int ticks) => machine
        .With($"/proc/{pid}/stat", $"{pid} (a) S 1 {pid} {pid} 0 -1 4194304 0 0 0 0 {ticks} 0 0 0 20 0 1 0 100 1000000 10 0")
        .With($"/proc/{pid}/environ", $"GRANARY_LEASE={task}#1@i\0GRANARY_AGENT={agent}\0");

    [Fact]
    public void Packages_and_memory_are_the_machines_power_and_cores_are_a_part_of_it()
    {
        using var machine = Start(PowercapTree.Make());
        machine.Tick();
        Assert.False(double.IsFinite(machine["power"]));
        machine.Tree.Joules(package: 60, dram: 10, core: 30).Busy(100, 300);
        machine.Tick();
        Assert.Equal((60, 10, 30), (Math.Round(machine["power.package/1"], 6), Math.Round(machine["power.dram/0"], 6), Math.Round(machine["power.core/1"], 6)));
        Assert.Equal((140, ReadingSource.Measured), (Math.Round(machine["power"], 6), machine.Quality("power")));
        Assert.Equal(ReadingSource.Estimated, machine.Quality("power.idle"));
    }

    [Fact]
    public void Without_counters_the_model_answers_and_says_that_it_does()
    {
        using var machine = Start(new RecordedTree().Busy(0, 0), new(20, 100));
        machine.Tick();
        machine.Tree.Busy(200, 200);
        machine.Tick();
        Assert.Equal((60, ReadingSource.Estimated), (Math.Round(machine["power"], 6), machine.Quality("power")));
        Assert.Equal(20, machine["power.idle"]);
        Assert.False(machine.Has("power.package/0"));
    }

    [Fact]
    public void Slower_cores_draw_less()
    {
        using var machine = Start(new RecordedTree().Busy(0, 0).With("/sys/devices/system/cpu/online", "0")
            .With("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "4000000").With("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2000000"), new(20, 100));
        machine.Tick();
        machine.Tree.Busy(400, 0);
        machine.Tick();
        Assert.Equal(20 + 80 * 0.25, machine["power"], 6);
    }

    [Fact]
    public void Power_beyond_idle_is_shared_by_who_kept_cores_busy_and_the_parts_make_the_whole()
    {
        using var machine = Start(new RecordedTree().Busy(0, 0), new(20, 100));
        Process(machine, 10, "p/1", "safety", 0);
        Process(machine, 11, "p/2", "research", 0);
        Process(machine, 12, "p/3", "research", 0);
        machine.Tick();
        machine.Tree.Busy(200, 200); // two of four cores
        Process(machine, 10, "p/1", "safety", 100);
        Process(machine, 11, "p/2", "research", 30);
        Process(machine, 12, "p/3", "research", 20);
        machine.Tick();
        Assert.Equal((20, 6, 4), (Math.Round(machine["task.power/p/1"], 6), Math.Round(machine["task.power/p/2"], 6), Math.Round(machine["task.power/p/3"], 6)));
        Assert.Equal((20, 10, 0.5), (Math.Round(machine["agent.power/safety"], 6), Math.Round(machine["agent.power/research"], 6), Math.Round(machine["agent.cpu/research"], 6)));
        Assert.Equal(machine["power"], machine["power.idle"] + machine["agent.power/safety"] + machine["agent.power/research"] + machine["power.other"], 6);
    }

    [Fact]
    public void Series_of_tasks_and_agents_go_with_the_last_of_them()
    {
        using var machine = Start(new RecordedTree().Busy(0, 0));
        Process(machine, 10, "p/1", "safety", 0);
        Process(machine, 11, "p/2", "safety", 0);
        machine.Tick();
        machine.Tree.Busy(100, 300);
        machine.Tick();
        Assert.True(machine.Has("task.power/p/1") && machine.Has("agent.power/safety"));
        Directory.Delete(machine.Tree.Root.At("/proc/10"), true);
        machine.Tick();
        Assert.True(!machine.Has("task.power/p/1") && machine.Has("task.power/p/2") && machine.Has("agent.power/safety"));
        Directory.Delete(machine.Tree.Root.At("/proc/11"), true);
        machine.Tick();
        machine.Tick();
        Assert.DoesNotContain(machine.Row.Names.ToArray(), n => n is not null && (n.StartsWith("task.", StringComparison.Ordinal) || n.StartsWith("agent.", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_package_that_does_not_say_leaves_the_model()
    {
        using var machine = Start(PowercapTree.Make().With("/sys/class/powercap/intel-rapl:1/energy_uj", "no number"), new(20, 100));
        machine.Tick();
        machine.Tree.Counter("intel-rapl:0", 60).Busy(200, 200);
        machine.Tick();
        Assert.Equal((60, ReadingSource.Estimated), (Math.Round(machine["power"], 6), machine.Quality("power")));
    }

    [Fact]
    public void Cards_are_added_and_known_by_their_energy_counter_where_they_have_one()
    {
        var card = new Cards { Watts = 250, Joules = 1000 };
        using var machine = Start(PowercapTree.Make(), null, card);
        machine.Tick();
        card.Joules = 1180;
        machine.Tree.Joules(50, 0, 0).Busy(200, 200);
        machine.Tick();
        Assert.Equal((180, 280), (Math.Round(machine["gpu.power/0"], 6), Math.Round(machine["power"], 6)));
        card.Joules = 5; // the driver was loaded again
        machine.Tree.Joules(100, 0, 0);
        machine.Tick();
        Assert.Equal((250, 350), (Math.Round(machine["gpu.power/0"], 6), Math.Round(machine["power"], 6)));
        Assert.Equal((0.5, 1024 * 1048576.0), (machine["gpu.busy/0"], machine["gpu.memory/0"]));
    }

    [Fact]
    public void Idle_power_is_learned_from_power_at_different_loads()
    {
        var fit = new PowerFit(new(500, 2000));
        var random = new Random(7);
        for (var tick = 0; tick < 2000; tick++)
        {
            var busy = random.NextDouble();
            fit.Learn(busy, 80 + 120 * busy + random.NextDouble() - 0.5);
        }
        Assert.InRange(fit.IdleWatts, 79.5, 80.5);
        Assert.InRange(fit.DynamicWatts, 119, 121);
    }

    [Fact]
    public void Nonsense_teaches_nothing()
    {
        var fit = new PowerFit(new(50, 200));
        fit.Learn(double.NaN, 10);
        fit.Learn(0.5, double.PositiveInfinity);
        fit.Learn(0.5, -3);
        Assert.Equal((50, 150), (fit.IdleWatts, fit.DynamicWatts));
        for (var tick = 0; tick < 100_000; tick++) fit.Learn(0.3, 95); // always equally busy
        Assert.True(double.IsFinite(fit.IdleWatts) && Math.Abs(fit.IdleWatts + 0.3 * fit.DynamicWatts - 95) < 1e-3);
    }

    private sealed class Cards : IAcceleratorSource
    {
        public double Watts { get; set; }

        public double Joules { get; set; }

        public Listed<AcceleratorInventory> Read() => Listed.Measured<AcceleratorInventory>(
        [
            new()
            {
                Id = "one", Vendor = "nvidia", Kind = "gpu", PowerWatts = Readings.Measured(Watts), EnergyJoules = Readings.Measured(Joules),
                UtilizationPercent = Readings.Measured(50.0), MemoryUsedMiB = Readings.Measured(1024L),
            },
        ]);
    }
}
