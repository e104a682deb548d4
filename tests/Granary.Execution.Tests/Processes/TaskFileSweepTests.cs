using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

public sealed class TaskFileSweepTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string _data = Directory.CreateTempSubdirectory("granary-sweep-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private string Path(string name) => System.IO.Path.Combine(_data, "tasks", name);

    private void Make(string task, double hoursOld, string newest = "")
    {
        Directory.CreateDirectory(Path($"{task}/work/deep"));
        Directory.CreateDirectory(Path($"{task}/checkpoint"));
        foreach (var name in new[] { "stdout", "stderr", "work/deep/file" }) File.WriteAllText(Path($"{task}/{name}"), "x");
        foreach (var name in new[] { "stdout", "stderr", "checkpoint", "work", "" })
            Directory.SetLastWriteTimeUtc(Path($"{task}/{name}"), Now.UtcDateTime.AddHours(name.Length > 0 && name == newest ? 0 : -hoursOld));
    }

    private (int Gone, string Failed) Run(params TaskId[] here) => new TaskFileSweep(_data).Run(Now.AddHours(-2), here.Contains);

    [Fact]
    public void What_is_older_goes_and_what_is_not_stays()
    {
        Make("default/1", hoursOld: 3);
        Make("default/2", hoursOld: 1);
        Make("other/7", hoursOld: 30);
        Assert.Equal((2, ""), Run());
        Assert.Equal(["2"], Directory.GetFileSystemEntries(Path("default")).Select(System.IO.Path.GetFileName));
        Assert.Empty(Directory.GetFileSystemEntries(Path("other")));
        Assert.Equal((0, ""), Run());
    }

    [Theory]
    [InlineData("stdout")]
    [InlineData("stderr")]
    [InlineData("checkpoint")]
    [InlineData("work")]
    public void The_newest_of_its_parts_is_its_age(string newest)
    {
        Make("default/1", hoursOld: 3, newest);
        Assert.Equal((0, ""), Run());
        Assert.True(File.Exists(Path("default/1/stdout")));
    }

    [Fact]
    public void A_task_that_is_here_keeps_its_files()
    {
        Make("default/1", hoursOld: 3);
        Assert.Equal((0, ""), Run(new TaskId("default", 1)));
        Assert.Equal((1, ""), Run(new TaskId("other", 1)));
    }

    [Fact]
    public void What_is_no_tasks_stays()
    {
        foreach (var name in new[] { "default/notes", "default/-1", ".hidden/1" })
        {
            Directory.CreateDirectory(Path(name));
            Directory.SetLastWriteTimeUtc(Path(name), Now.UtcDateTime.AddYears(-1));
        }
        Assert.Equal((0, ""), Run());
        Assert.True(Directory.Exists(Path("default/notes")) && Directory.Exists(Path("default/-1")) && Directory.Exists(Path(".hidden/1")));
    }

    [Fact]
    public void What_a_link_points_to_stays()
    {
        Make("default/1", hoursOld: 3);
        var outside = System.IO.Path.Combine(_data, "outside");
        Directory.CreateDirectory(outside);
        File.WriteAllText(System.IO.Path.Combine(outside, "precious"), "x");
        File.CreateSymbolicLink(Path("default/1/work/link"), outside);
        Directory.SetLastWriteTimeUtc(Path("default/1/work"), Now.UtcDateTime.AddHours(-3));
        Assert.Equal((1, ""), Run());
        Assert.True(File.Exists(System.IO.Path.Combine(outside, "precious")));
    }

    [Fact]
    public void What_an_interrupted_sweep_left_goes_with_the_next()
    {
        Directory.CreateDirectory(Path(".removed/half/work"));
        Assert.Equal((0, ""), Run());
        Assert.False(Directory.Exists(Path(".removed/half")));
    }

    [Fact]
    public void Without_any_task_there_is_nothing_to_do() => Assert.Equal((0, ""), Run());
}
