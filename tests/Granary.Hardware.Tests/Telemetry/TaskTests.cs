using Granary.Model;

namespace Granary.Hardware.Tests.Telemetry;

public sealed class TaskTests
{
    private static readonly TaskSourceOptions Tasks = new();

    private static void Process(Ticking machine, int pid, int parent, string lease, int cpu, int waited = 0, int pages = 10, int threads = 1, ulong start = 100,
        int read = 0, int switches = 0, int session = 0)
    {
        machine.With($"/proc/{pid}/stat", $"{pid} (a (b) c) S {parent} {pid} {(session == 0 ? pid : session)} 0 -1 4194304 0 0 0 0 {cpu} 0 {waited} 0 20 0 {threads} 0 {start} 1000000 {pages} 18446744073709551615")
            .With($"/proc/{pid}/environ", lease.Length == 0 ? "PATH=/bin\0" : $"PATH=/bin\0GRANARY_LEASE={lease}\0A=b\0")
            .With($"/proc/{pid}/io", $"rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: {read}\nwrite_bytes: 5\ncancelled_write_bytes: 0")
            .With($"/proc/{pid}/status", $"Name:\tx\nThreads:\t1\nvoluntary_ctxt_switches:\t{switches}\nnonvoluntary_ctxt_switches:\t1");
    }

    [Fact]
    public void A_task_is_the_processes_that_carry_its_lease_and_their_children()
    {
        using var machine = new Ticking(new RecordedTree().With("/proc/stat", "cpu  1 0 0 1\ncpu0 1 0 0 1\ncpu1 1 0 0 1"), Tasks);
        Process(machine, 10, 1, "research/7#3@abc", 100, read: 1000, switches: 5);
        Process(machine, 11, 10, "", 50, session: 10); // cleared its environment
        Process(machine, 12, 1, "", 5000);
        machine.Tick();
        Process(machine, 10, 1, "research/7#3@abc", 130, read: 5000, switches: 9);
        Process(machine, 11, 10, "", 90, session: 10, pages: 20);
        Process(machine, 12, 1, "", 6000);
        machine.Tick();

        Assert.Equal((0.7, ReadingSource.Measured), (Math.Round(machine["task.cpu/research/7"], 9), machine.Quality("task.cpu/research/7")));
        Assert.Equal((30.0 * Environment.SystemPageSize, ReadingSource.Estimated), (machine["task.memory/research/7"], machine.Quality("task.memory/research/7")));
        Assert.Equal((4000, 0, 4, 2, 2), (machine["task.read/research/7"], machine["task.write/research/7"], machine["task.switches/research/7"], machine["task.processes/research/7"], machine["task.threads/research/7"]));
        Assert.True(double.IsNaN(machine["task.throttled/research/7"]), "without a group nobody counts throttling");
    }

    [Fact]
    public void What_children_used_counts_once_whoever_collects_them_and_whenever()
    {
        using var machine = new Ticking(new RecordedTree().With("/proc/stat", "cpu  1 0 0 1\ncpu0 1 0 0 1"), Tasks);
        Process(machine, 10, 1, "p/1#1@i", 10);
        Process(machine, 11, 10, "p/1#1@i", 500);
        machine.Tick();
        // its child ended with 520 ticks and was waited for, and another came and went in between
        Directory.Delete(machine.Tree.Root.At("/proc/11"), true);
        Process(machine, 10, 1, "p/1#1@i", 12, waited: 520 + 30);
        machine.Tick();
        Assert.Equal((0.52, ReadingSource.Measured), (Math.Round(machine["task.cpu/p/1"], 9), machine.Quality("task.cpu/p/1")));

        // one that was missed while it ended: gone, but its parent was read before it collected it
        Process(machine, 12, 10, "p/1#1@i", 40, start: 200);
        machine.Tick();
        Assert.Equal(0.4, Math.Round(machine["task.cpu/p/1"], 9));
        Directory.Delete(machine.Tree.Root.At("/proc/12"), true);
        Process(machine, 10, 1, "p/1#1@i", 15, waited: 550);
        machine.Tick();
        Assert.Equal((0.03, ReadingSource.Estimated), (Math.Round(machine["task.cpu/p/1"], 9), machine.Quality("task.cpu/p/1")));
        Process(machine, 10, 1, "p/1#1@i", 17, waited: 592);
        machine.Tick();
        Assert.Equal((0.04, ReadingSource.Estimated), (Math.Round(machine["task.cpu/p/1"], 9), machine.Quality("task.cpu/p/1")));
    }

    [Fact]
    public void A_group_of_its_own_says_it_exactly_and_tells_throttling()
    {
        const string Group = "/sys/fs/cgroup/granary-x/p-1-9";
        using var machine = new Ticking(new RecordedTree().With("/proc/stat", "cpu  1 0 0 1\ncpu0 1 0 0 1")
            .With("/proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0").With("/proc/10/cgroup", "0::/granary-x/p-1-9")
            .With(Group + "/memory.current", "123456").With(Group + "/cpu.stat", "usage_usec 1000000\nnr_periods 10\nnr_throttled 1\nthrottled_usec 500000")
            .With(Group + "/io.stat", "8:0 rbytes=1000 wbytes=10 rios=1 wios=1\n8:16 rbytes=5 wbytes=0 rios=1"), Tasks);
        Process(machine, 10, 1, "p/1#9@i", 10);
        machine.Tick();
        machine.With(Group + "/cpu.stat", "usage_usec 1250000\nnr_periods 12\nnr_throttled 3\nthrottled_usec 600000")
            .With(Group + "/io.stat", "8:0 rbytes=3000 wbytes=10 rios=1 wios=1\n8:16 rbytes=15 wbytes=0 rios=1").Tick();

        Assert.Equal((123456, ReadingSource.Measured), (machine["task.memory/p/1"], machine.Quality("task.memory/p/1")));
        Assert.Equal((0.25, 0.1, 2010, 0), (machine["task.cpu/p/1"], Math.Round(machine["task.throttled/p/1"], 9), machine["task.read/p/1"], machine["task.write/p/1"]));
    }

    [Fact]
    public void Version_1_groups_are_looked_for_where_they_are_mounted()
    {
        using var machine = new Ticking(new RecordedTree()
            .With("/proc/self/mounts", "cgroup /cg/cpu cgroup rw,cpu 0 0\ncgroup /cg/memory cgroup rw,memory 0 0").With("/proc/10/cgroup", "4:memory:/granary-x/p-1-9\n2:cpu:/granary-x/p-1-9\n1:pids:/")
            .With("/cg/memory/granary-x/p-1-9/memory.usage_in_bytes", "777").With("/cg/cpu/granary-x/p-1-9/cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 1000000000"), Tasks);
        Process(machine, 10, 1, "p/1#9@i", 10);
        machine.Tick().With("/cg/cpu/granary-x/p-1-9/cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 1500000000");
        Process(machine, 10, 1, "p/1#9@i", 60);
        machine.Tick();
        Assert.Equal((777, 0.5, 0.5), (machine["task.memory/p/1"], machine["task.throttled/p/1"], machine["task.cpu/p/1"]));
    }

    [Fact]
    public void A_pid_that_another_process_took_is_another_process_and_an_ended_task_has_no_series()
    {
        using var machine = new Ticking(new RecordedTree().With("/proc/stat", "cpu  1 0 0 1\ncpu0 1 0 0 1"), Tasks);
        Process(machine, 10, 1, "p/1#1@i", 100);
        machine.Tick();
        Process(machine, 10, 1, "p/2#2@i", 7, start: 900);
        machine.Tick();
        Assert.False(machine.Has("task.cpu/p/1"));
        Process(machine, 10, 1, "p/2#2@i", 17, start: 900);
        machine.Tick();
        Assert.Equal(0.1, Math.Round(machine["task.cpu/p/2"], 9));
    }

    [Fact]
    public void More_tasks_than_are_sampled_have_no_series_and_harm_nobody()
    {
        using var machine = new Ticking(new RecordedTree(), Tasks with { MostTasks = 2 });
        for (var pid = 10; pid < 15; pid++) Process(machine, pid, 1, $"p/{pid}#1@i", 1);
        machine.Tick().Tick();
        Assert.Equal(2, machine.Row.Names.ToArray().Count(n => n is not null && n.StartsWith("task.cpu/", StringComparison.Ordinal)));
    }
}
