using Granary.Execution.Limits;
using Granary.Hardware;

namespace Granary.Execution.Tests.Limits;

/// <summary>What a group's files say, on directories made for the test.</summary>
public sealed class TaskGroupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-group-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(CgroupVersion.V2, "memory.events", "low 0\nhigh 7\nmax 3\noom 2\noom_kill 2\n", true, 2)]
    [InlineData(CgroupVersion.V2, "memory.events", "oom_kill 18446744073709551615\n", true, long.MaxValue)]
    [InlineData(CgroupVersion.V1, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", false, 1)]
    [InlineData(CgroupVersion.V1, "memory.failcnt", "12\n", true, 1)] // a kernel that counts no kills
    [InlineData(CgroupVersion.V1, "memory.failcnt", "12\n", false, 0)]
    [InlineData(CgroupVersion.V1, "memory.failcnt", "0\n", true, 0)]
    [InlineData(CgroupVersion.V1, "memory.oom_control", "oom_kill \n", true, 0)]
    public void Kills_for_memory_are_read_however_old_the_kernel_is(CgroupVersion version, string file, string text, bool killed, long expected)
    {
        File.WriteAllText(Path.Combine(_directory, file), text);
        Assert.Equal(expected, new TaskGroup(version, _directory, [CgroupController.Memory]).OutOfMemoryKills(killed));
    }

    [Theory]
    [InlineData("1048576\n", 1048576)]
    [InlineData("18446744073709551615\n", long.MaxValue)] // no wrap to something negative
    [InlineData("99999999999999999999999\n", 0)]
    [InlineData("-1\n", 0)]
    [InlineData("", 0)]
    public void A_peak_is_never_negative(string text, long expected)
    {
        File.WriteAllText(Path.Combine(_directory, "memory.peak"), text);
        Assert.Equal(expected, new TaskGroup(CgroupVersion.V2, _directory, []).PeakBytes());
    }

    [Fact]
    public void A_group_that_is_gone_has_nothing_in_it_and_nothing_fails()
    {
        var gone = new TaskGroup(CgroupVersion.V2, _directory + "/gone", [CgroupController.Freezer]);
        Assert.Equal((0, 0, false, false), (gone.PeakBytes(), gone.OutOfMemoryKills(true), gone.IsFrozen, gone.Freeze()));
        Assert.Empty(gone.Members());
        Assert.False(gone.Enter(1));
        gone.Thaw();
        Assert.True(gone.TryRemove());
        Assert.False(Directory.Exists(gone.Directory));
    }

    [Fact]
    public void Files_that_are_not_there_are_never_made()
    {
        Assert.False(GroupFile.Write(_directory + "/pids.max", "5"));
        Assert.Empty(Directory.GetFiles(_directory));
    }
}
