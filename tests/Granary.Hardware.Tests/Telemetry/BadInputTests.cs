using Granary.Model;

namespace Granary.Hardware.Tests.Telemetry;

public sealed class BadInputTests
{
    private static readonly string[] Files =
    [
        "/proc/stat", "/proc/loadavg", "/proc/meminfo", "/proc/vmstat", "/proc/pressure/cpu", "/proc/pressure/memory", "/proc/pressure/io", "/proc/diskstats",
        "/proc/net/dev", "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/net/snmp", "/proc/7/stat", "/proc/7/io", "/proc/7/status", "/proc/7/cgroup", "/proc/7/environ",
    ];

    [Fact]
    public void A_machine_that_shows_nothing_has_nothing_and_nothing_fails()
    {
        using var machine = new Ticking(new RecordedTree(), new()).Tick().Tick();
        foreach (var name in machine.Row.Names)
            if (name != "telemetry.tick") Assert.Equal((name, ReadingSource.Absent), (name, machine.Quality(name!)));
    }

    [Fact]
    public void Whatever_stands_in_the_files_values_are_finite_or_absent_and_nothing_fails()
    {
        var random = new Random(20300101);
        var samples = new[]
        {
            "cpu  1 2 3 4 5 6 7 8\ncpu0 18446744073709551615 2 3 4\ncpu99999999 1 1 1 1\nctxt 18446744073709551615", "MemTotal: 18446744073709551615 kB\nMemFree: -5 kB\nDirty:",
            "some avg10=0.00 total=18446744073709551615\nfull total=", "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 0\n8 0 sdb", "eth0: 1 2 3\n:\neth1:18446744073709551615", "TCP: inuse\nTCP: tw inuse tw",
            "Tcp:\nTcp: 1 2 3 4 5 6 7 8 x", "7 (x) S 1 7 7 0 -1 0 0 0 0 0 9 9 9 9 20 0 1 0 5 1 18446744073709551615", "GRANARY_LEASE=#@\0GRANARY_LEASE=p/1#2@x\0", "0::/\n:::\n1:memory:/p-1-2", "",
        };
        using var machine = new Ticking(new RecordedTree().With("/proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2\nx"), new());
        for (var round = 0; round < 300; round++)
        {
            foreach (var file in Files)
            {
                if (random.Next(3) != 0) continue;
                var text = samples[random.Next(samples.Length)];
                if (random.Next(2) == 0) text = new string([.. text.Select(c => random.Next(12) == 0 ? (char)random.Next(1, 128) : c)]);
                machine.With(file, text[..random.Next(text.Length + 1)]);
            }
            machine.Tick(random.Next(3));
            for (var i = 0; i < machine.Row.Count; i++)
                Assert.True(double.IsFinite(machine.Row.Values[i]) == machine.Row.Qualities[i] is not ReadingSource.Absent, $"{machine.Row.Names[i]} is {machine.Row.Values[i]}, {machine.Row.Qualities[i]}");
        }
    }

    [Theory]
    [InlineData(5, 9, true, 4)]
    [InlineData(4294967290, 4, true, 10)]
    [InlineData(ulong.MaxValue - 5, 4, true, 10)]
    [InlineData(2000000000, 4, false, 0)]
    [InlineData(4294967290, 2000000000, false, 0)]
    public void A_counter_has_grown_or_wrapped_or_says_nothing(ulong before, ulong now, bool known, ulong increase)
    {
        Assert.Equal(known, Counters.TryIncrease(before, now, out var grown));
        Assert.Equal(increase, grown);
    }

    [Fact]
    public void This_machine_can_be_sampled()
    {
        using var telemetry = new NodeTelemetry(SystemRoot.Machine, TimeProvider.System, new());
        telemetry.Tick();
        telemetry.Tick();
        Assert.True(telemetry.Row["memory.total"] > 0);
        Assert.Equal(Environment.ProcessorCount <= telemetry.Row["cores"], telemetry.Row["cores"] > 0);
    }
}
