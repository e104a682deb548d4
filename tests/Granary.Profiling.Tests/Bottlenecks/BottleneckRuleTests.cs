namespace Granary.Profiling.Tests;

public sealed class BottleneckRuleTests
{
    // facts, kind and severity expected ("" for none)
    public static TheoryData<string, string> Cases => new()
    {
        { "cpu=0.95", "Cpu Warning" },
        { "cpu=0.98", "Cpu Critical" },
        { "cpu=0.89", "" },
        { "threads.cpu_seconds=5 threads.cpu_wait_seconds=2", "Cpu Warning" },
        { "threads.cpu_seconds=5 threads.cpu_wait_seconds=6", "Cpu Critical" },
        { "threads.cpu_seconds=0.1 threads.cpu_wait_seconds=0.2", "" }, // it hardly wanted to run
        { "threads.busiest=0.99 threads.cpu_seconds=10 cores=8", "Cpu Warning" },
        { "threads.busiest=0.99 threads.cpu_seconds=40 cores=8", "" }, // others work as well
        { "threads.busiest=0.99 threads.cpu_seconds=10 cores=1", "" },
        { "memory.available=8 memory.total=100", "Memory Warning" },
        { "memory.available=4 memory.total=100", "Memory Critical" },
        { "memory.available=30 memory.total=100", "" },
        { "memory.available=0 memory.total=0", "" },
        { "memory.oom_kills=0.2", "Memory Critical" },
        { "pressure.memory.some=0.2", "Memory Warning" },
        { "pressure.memory.some=0.5", "Memory Critical" },
        { "process.memory_limit=100 process.group_memory=92", "Memory Warning" },
        { "process.memory_limit=100 process.group_memory=99", "Memory Critical" },
        { "process.memory_limit=0 process.group_memory=99", "" },
        { "process.major_faults=2000", "Memory Warning" },
        { "memory.major_faults=150", "Memory Warning" },
        { "disk.busy/sda=0.9 disk.write_latency/sda=0.03", "Disk Warning" },
        { "disk.busy/sda=0.99 disk.write_latency/sda=0.2", "Disk Critical" },
        { "disk.busy/sda=0.9 disk.write_latency/sda=0.001", "" }, // busy and quick: it keeps up
        { "pressure.io.some=0.2", "Disk Warning" },
        { "threads.disk_seconds=3", "Disk Warning" },
        { "threads.disk_seconds=8", "Disk Critical" },
        { "net.speed/eth0=100 net.transmit/eth0=85", "Network Warning" },
        { "net.speed/eth0=100 net.receive/eth0=99", "Network Critical" },
        { "net.speed/eth0=100 net.receive/eth0=50", "" },
        { "net.tcp_retransmits=80", "Network Warning" },
        { "net.drops/eth0=20", "Network Warning" },
        { "threads.lock_share=0.5 threads.active=4 threads.locked_switches=20000", "Lock Warning" },
        { "threads.lock_share=0.8 threads.active=4 threads.locked_switches=20000", "Lock Critical" },
        { "threads.lock_share=0.8 threads.active=1 threads.locked_switches=20000", "" }, // alone with its timer
        { "threads.lock_share=0.8 threads.active=4 threads.locked_switches=100", "" }, // idle, woken now and then
        { "lock.contention_seconds=2 lock.contentions=100", "Lock Warning" },
        { "lock.contention_seconds=20 lock.contentions=100", "Lock Critical" },
        { "gc.pause_seconds=0.8", "Gc Warning" },
        { "gc.pause_seconds=2", "Gc Critical" },
        { "gc.pause_seconds=0.1", "" },
        { "process.throttled_share=0.1", "Throttling Warning" },
        { "process.throttled_share=0.5", "Throttling Critical" },
        { "task.throttled/default/7=0.5", "Throttling Warning" },
        { "swap.in=2000000 swap.out=0", "Swap Warning" },
        { "swap.in=20000000 swap.out=20000000", "Swap Critical" },
        { "swap.in=1000", "" },
        { "cpu.steal=0.1", "NoisyNeighbour Warning" },
        { "cpu.steal=0.3", "NoisyNeighbour Critical" },
        { "cpu=NaN memory.available=NaN", "" },
        { "", "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Facts_give_bottlenecks(string facts, string expected)
    {
        var found = BottleneckRules.Find(Facts(facts), new());
        Assert.Equal(expected, string.Join(", ", found.Select(b => $"{b.Kind} {b.Severity}")));
        Assert.All(found, b =>
        {
            Assert.NotEmpty(b.Evidence);
            Assert.NotEmpty(b.Suggestion);
            Assert.DoesNotContain('\n', b.What + b.Suggestion);
            Assert.Equal("thing", b.Of);
        });
    }

    [Fact]
    public void A_neighbour_counts_when_it_uses_much_and_one_waits()
    {
        var facts = Facts("cores=4 threads.cpu_seconds=5 threads.cpu_wait_seconds=5") with { Neighbours = [("task default/3", 0.4), ("task default/9", 3.4)] };
        var noisy = Assert.Single(BottleneckRules.Find(facts, new()), b => b.Kind == BottleneckKind.NoisyNeighbour);
        Assert.StartsWith("task default/9 uses 3.4 of 4 cores", noisy.What, StringComparison.Ordinal);
        Assert.DoesNotContain(BottleneckRules.Find(facts with { Neighbours = [("task default/3", 0.4)] }, new()), b => b.Kind == BottleneckKind.NoisyNeighbour);
    }

    [Fact]
    public void Thresholds_are_settings()
    {
        Assert.Empty(BottleneckRules.Find(Facts("cpu=0.95"), new() { CpuWarning = 0.99 }));
        Assert.Single(BottleneckRules.Find(Facts("cpu=0.5"), new() { CpuWarning = 0.4 }));
    }

    [Fact]
    public void The_worst_comes_first() =>
        Assert.Equal([BottleneckSeverity.Critical, BottleneckSeverity.Warning], BottleneckRules.Find(Facts("cpu=0.95 cpu.steal=0.9"), new()).Select(b => b.Severity));

    private static BottleneckFacts Facts(string text) => new("thing", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(10),
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('=')).ToDictionary(w => w[0], w => double.Parse(w[1], System.Globalization.CultureInfo.InvariantCulture)));
}
