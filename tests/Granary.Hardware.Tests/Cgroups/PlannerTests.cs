namespace Granary.Hardware.Tests.Cgroups;

public sealed class PlannerTests
{
    private static readonly Dictionary<CgroupController, string> NoReason = [];

    private static readonly GroupLimits Everything = new()
    {
        MemoryMiB = 64,
        MemoryHighMiB = 48,
        CpuMilli = 1500,
        CpuWeight = 300,
        CpuQuotaMilli = 200,
        Processes = 32,
        ReadBytesPerSecond = 1000,
        WritesPerSecond = 10,
        IoWeight = 50,
        Cpus = "2-3",
        MemoryNodes = "1",
    };

    private static OpenHierarchy Unified(params string[] files) => new(CgroupVersion.V2, "/u", Enum.GetValues<CgroupController>(), files.ToHashSet());

    private static OpenHierarchy Full { get; } = Unified("memory.max", "memory.high", "memory.swap.max", "cpu.max", "cpu.weight", "pids.max", "io.max", "io.weight", "cpuset.cpus", "cpuset.mems");

    private static IReadOnlyList<OpenHierarchy> V1 { get; } =
    [
        One("memory", CgroupController.Memory, "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes"),
        One("cpu", CgroupController.Cpu, "cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us"),
        One("blkio", CgroupController.Io, "blkio.throttle.read_bps_device", "blkio.throttle.write_iops_device", "blkio.bfq.weight"),
        One("pids", CgroupController.Pids, "pids.max"),
        One("cpuset", CgroupController.Cpuset, "cpuset.cpus", "cpuset.mems") with { Cpus = "0-7", MemoryNodes = "0-1" },
    ];

    private static OpenHierarchy One(string name, CgroupController controller, params string[] files) => new(CgroupVersion.V1, "/" + name, [controller], files.ToHashSet());

    private static string Show(GroupPlans plans, IReadOnlyList<OpenHierarchy> on) => string.Join('\n', plans.Groups.Select(g =>
        $"{on[g.Hierarchy].Directory}{(g.AtStart ? "" : " late")}: {string.Join("; ", g.Writes.Select(w => $"{w.File}={w.Text}"))}"));

    [Fact]
    public void Version_2_has_all_in_one_group()
    {
        var plans = GroupPlanner.Plan(Everything, [Full], ["254:0", "8:0"], NoReason);

        Assert.Empty(plans.Missing);
        Assert.Equal("/u: memory.max=67108864; memory.swap.max=0; memory.high=50331648; cpu.weight=300; cpu.max=20000 100000; pids.max=32; "
            + "io.max=254:0 rbps=1000 wiops=10; io.max=8:0 rbps=1000 wiops=10; io.weight=default 50; cpuset.cpus=2-3; cpuset.mems=1", Show(plans, [Full]));
    }

    [Fact]
    public void Version_1_has_one_group_for_each_controller()
    {
        var plans = GroupPlanner.Plan(Everything, V1, ["254:0"], NoReason);

        Assert.Empty(plans.Missing);
        Assert.Equal("""
            /memory: memory.limit_in_bytes=67108864; memory.memsw.limit_in_bytes=67108864; memory.soft_limit_in_bytes=50331648
            /cpu: cpu.shares=3072; cpu.cfs_period_us=100000; cpu.cfs_quota_us=20000
            /blkio: blkio.throttle.read_bps_device=254:0 1000; blkio.throttle.write_iops_device=254:0 10; blkio.bfq.weight=50
            /pids: pids.max=32
            /cpuset late: cpuset.cpus=2-3; cpuset.mems=1
            """, Show(plans, V1));
    }

    [Fact]
    public void A_hybrid_machine_has_some_of_each()
    {
        var hybrid = (IReadOnlyList<OpenHierarchy>)[V1[0], new(CgroupVersion.V2, "/u", [CgroupController.Pids, CgroupController.Freezer], new HashSet<string> { "pids.max" })];
        var plans = GroupPlanner.Plan(new() { MemoryMiB = 1, Processes = 2 }, hybrid, [], NoReason);
        Assert.Equal("/memory: memory.limit_in_bytes=1048576; memory.memsw.limit_in_bytes=1048576\n/u: pids.max=2", Show(plans, hybrid));
    }

    [Theory]
    [InlineData(500, "/cpu late: cpu.shares=512", "/u late: cpu.weight=50")]
    [InlineData(1, "/cpu late: cpu.shares=2", "/u late: cpu.weight=1")]
    [InlineData(10_000_000, "/cpu late: cpu.shares=262144", "/u late: cpu.weight=10000")]
    public void A_weight_that_nobody_asked_for_comes_late(long cpu, string v1, string v2)
    {
        Assert.Equal(v1, Show(GroupPlanner.Plan(new() { CpuMilli = cpu }, V1, [], NoReason), V1));
        Assert.Equal(v2, Show(GroupPlanner.Plan(new() { CpuMilli = cpu }, [Full], [], NoReason), [Full]));
        Assert.Empty(GroupPlanner.Plan(new() { CpuMilli = cpu }, [], [], NoReason).Missing);
    }

    [Theory]
    [InlineData(1, "1000 1000000")]
    [InlineData(9, "9000 1000000")]
    [InlineData(10, "1000 100000")]
    [InlineData(2500, "250000 100000")]
    public void A_quota_is_never_below_what_the_kernel_takes(long milli, string max) =>
        Assert.Equal("cpu.max=" + max, Show(GroupPlanner.Plan(new() { CpuQuotaMilli = milli }, [Full], [], NoReason), [Full])[4..]);

    [Fact]
    public void A_set_of_version_1_is_never_left_half_empty()
    {
        Assert.Equal("/cpuset late: cpuset.cpus=3; cpuset.mems=0-1", Show(GroupPlanner.Plan(new() { Cpus = "3" }, V1, [], NoReason), V1));
        Assert.Equal("/cpuset late: cpuset.cpus=0-7; cpuset.mems=1", Show(GroupPlanner.Plan(new() { MemoryNodes = "1" }, V1, [], NoReason), V1));
    }

    [Fact]
    public void What_cannot_be_had_is_named_with_why()
    {
        var why = new Dictionary<CgroupController, string> { [CgroupController.Pids] = "not permitted" };
        var plans = GroupPlanner.Plan(Everything, [Unified("memory.max") with { Controllers = [CgroupController.Memory, CgroupController.Io] }], [], why);

        Assert.Equal("/u: memory.max=67108864", Show(plans, [Full]));
        Assert.Equal(
        [
            "memory_high: this kernel has no memory.high", "cpu_quota: the cpu controller cannot be used here", "processes: not permitted",
            "io limits: no disk is known to limit", "io_weight: this kernel has no io.bfq.weight",
        ], plans.Missing);
    }

    [Fact]
    public void No_limits_need_no_groups() => Assert.Equal((0, 0), GroupPlanner.Plan(new(), [Full], [], NoReason) is var p ? (p.Groups.Count, p.Missing.Count) : default);
}
