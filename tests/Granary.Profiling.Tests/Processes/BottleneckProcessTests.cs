using System.Globalization;
using Granary.Hardware;

namespace Granary.Profiling.Tests;

/// <summary>Each bottleneck that can be brought about here, by real processes, within a few seconds.</summary>
public sealed class BottleneckProcessTests
{
    [Fact]
    public void More_threads_that_compute_than_cpus_wait_for_them()
    {
        using var shell = ChildProcess.Shell($"for i in $(seq {(Environment.ProcessorCount * 3) + 1}); do (while :; do :; done) & done; wait");
        var found = Find(Take.Of(shell.Id, 2, ProfileModes.Cpu));
        var cpu = Assert.Single(found, b => b.Kind == BottleneckKind.Cpu && b.What.Contains("waited for a CPU", StringComparison.Ordinal));
        Assert.Contains(cpu.Evidence, e => e.Name == "share" && e.Value >= 0.2 && e.Limit == 0.2);
        Assert.NotEmpty(cpu.Suggestion);
    }

    [Fact]
    public void A_lock_convoy_is_found_with_what_is_locked()
    {
        using var load = ChildProcess.Load("convoy");
        var profile = Take.Of(load.Id, 2.5);
        var locks = Find(profile).Where(b => b.Kind == BottleneckKind.Lock).ToList();
        Assert.True(locks.Count > 0, string.Join('\n', profile.Totals.Where(t => t.Key.StartsWith("lock", StringComparison.Ordinal) || t.Key.StartsWith("threads", StringComparison.Ordinal))) + string.Join('\n', profile.Notes));
        Assert.True(profile.Share(TrackKind.Contention, "Convoy") > 0.5, FoldedStacks.Write(profile.Stacks, profile.Track(TrackKind.Contention)!));
    }

    [Fact]
    public void Collections_that_take_long_are_found()
    {
        using var load = ChildProcess.Load("churn");
        var profile = Take.Of(load.Id, 3, ProfileModes.Memory);
        var gc = Find(profile).Where(b => b.Kind == BottleneckKind.Gc).ToList();
        Assert.True(gc.Count == 1, $"paused {profile.Totals.GetValueOrDefault("gc.pause_seconds")} s of {profile.Duration.TotalSeconds} s in {profile.Totals.GetValueOrDefault("gc.collections")} collections; {string.Join("; ", profile.Notes)}");
    }

    [Fact]
    public void A_quota_that_is_used_up_is_found()
    {
        using var group = Group.Make("cpu", g => g.Quota(0.1));
        using var shell = ChildProcess.Shell("while :; do :; done");
        group.Add(shell.Id);
        var throttled = Assert.Single(Find(Take.Of(shell.Id, 1.5, ProfileModes.Cpu)), b => b.Kind == BottleneckKind.Throttling);
        Assert.Contains(throttled.Evidence, e => e.Name == "process.throttled_share" && e.Value > 0.05);
    }

    [Fact]
    public void A_group_at_its_memory_limit_is_found()
    {
        using var group = Group.Make("memory", g => g.Memory(64 * 1024 * 1024));
        // tmpfs pages cannot be dropped, and are charged to who writes them
        var file = $"/dev/shm/granary-test-{Guid.NewGuid():N}";
        using var shell = ChildProcess.Shell($"read go; head -c 61M /dev/zero > {file}; sleep 60");
        try
        {
            group.Add(shell.Id);
            shell.Say("go");
            Assert.SkipUnless(Until(() => group.Used() > 60L * 1024 * 1024), "memory of /dev/shm does not count against groups here");
            var memory = Assert.Single(Find(Take.Of(shell.Id, 0.5, ProfileModes.Memory)), b => b.Kind == BottleneckKind.Memory && b.What.Contains("limit", StringComparison.Ordinal));
            Assert.Contains(memory.Evidence, e => e.Name == "process.memory_limit" && e.Value == 64 * 1024 * 1024);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_writer_that_waits_for_its_disk_is_found()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"written-{Guid.NewGuid():N}");
        using var shell = ChildProcess.Shell($"while :; do dd if=/dev/zero of={file} bs=16k count=400 oflag=dsync conv=notrunc 2>/dev/null; done");
        try
        {
            var profile = Take.Of(shell.Id, 2.5, ProfileModes.Io);
            Assert.True(profile.Totals.GetValueOrDefault("process.write_bytes") > 0, "nothing was written");
            var share = profile.Totals["threads.disk_seconds"] / profile.Duration.TotalSeconds;
            var found = Find(profile, new() { DiskWaitShare = 0.01 });
            // a disk of memory is never waited for
            Assert.SkipUnless(share >= 0.01, $"this disk is too fast to wait for: {share:0.0000} of the time");
            Assert.Contains(found, b => b.Kind == BottleneckKind.Disk);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_neighbour_that_takes_the_cpus_is_found()
    {
        using var neighbours = ChildProcess.Shell($"for i in $(seq {Environment.ProcessorCount * 4}); do (while :; do :; done) & done; wait");
        using var victim = ChildProcess.Shell("while :; do :; done");
        var noisy = Assert.Single(Find(Take.Of(victim.Id, 2, ProfileModes.Cpu)), b => b.Kind == BottleneckKind.NoisyNeighbour);
        Assert.Contains("waits for them", noisy.What, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Bottleneck> Find(Profile profile, BottleneckThresholds? limits = null) => ProfileFacts.Bottlenecks(profile, limits ?? new());

    private static bool Until(Func<bool> condition)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (System.Diagnostics.Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(5)) return false;
            Thread.Yield();
        }
        return true;
    }

    /// <summary>A control group of a test's own.</summary>
    private sealed class Group : IDisposable
    {
        private readonly bool _unified;
        private readonly string _path;

        private Group(string path, bool unified) => (_path, _unified) = (path, unified);

        public static Group Make(string controller, Action<Group> limit)
        {
            var found = CgroupFileSystem.Detect(SystemRoot.Machine);
            var parent = controller == "cpu" ? found.CpuPath : found.MemoryPath;
            Assert.SkipUnless(found.Usable && parent.Length > 0, found.WhyNot.Length > 0 ? found.WhyNot : $"no controller {controller}");
            var group = new Group(Path.Combine(parent, $"granary-test-{Guid.NewGuid():N}"), found.Version == CgroupVersion.V2);
            try
            {
                Directory.CreateDirectory(group._path);
                limit(group);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                group.Dispose();
                Assert.Skip($"limits cannot be set here: {e.Message}");
            }
            return group;
        }

        public void Quota(double cores)
        {
            var micro = ((long)(cores * 100_000)).ToString(CultureInfo.InvariantCulture);
            if (_unified) File.WriteAllText(Path.Combine(_path, "cpu.max"), micro + " 100000");
            else File.WriteAllText(Path.Combine(_path, "cpu.cfs_quota_us"), micro);
        }

        public void Memory(long bytes) => File.WriteAllText(Path.Combine(_path, _unified ? "memory.max" : "memory.limit_in_bytes"), bytes.ToString(CultureInfo.InvariantCulture));

        public long Used() => long.Parse(File.ReadAllText(Path.Combine(_path, _unified ? "memory.current" : "memory.usage_in_bytes")), CultureInfo.InvariantCulture);

        public void Add(int pid) => File.WriteAllText(Path.Combine(_path, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));

        // a group goes when its last process has gone, which may take a moment
        public void Dispose() => Until(() =>
        {
            try
            {
                foreach (var pid in File.ReadAllLines(Path.Combine(_path, "cgroup.procs"))) File.WriteAllText(Path.Combine(Path.GetDirectoryName(_path)!, "cgroup.procs"), pid);
                Directory.Delete(_path);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return !Directory.Exists(_path);
            }
        });
    }
}
