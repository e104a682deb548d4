using Granary.Execution.Processes;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

public sealed class DiskSpaceTests
{
    [Fact]
    public void A_full_disk_is_noticed_and_looked_at_once_a_second()
    {
        var time = new ManualTime();
        var free = 1L << 30;
        var looks = 0;
        var disk = new DiskSpace("/data", time, _ =>
        {
            looks++;
            return free;
        });

        Assert.Equal("", disk.WhyFull());
        free = 100;
        Assert.Equal("", disk.WhyFull());
        Assert.Equal(1, looks);
        time.Advance(TimeSpan.FromSeconds(1.1));

        Assert.Equal("the disk that holds /data is full: free some space or use another --data", disk.WhyFull());
    }

    [Fact]
    public void Nothing_is_started_on_a_full_disk()
    {
        var planner = new LaunchPlanner(new("/no/such/data"), _ => null, new DiskSpace("/no/such/data", TimeProvider.System, _ => 0));

        var (plan, error) = planner.Plan(new(new(new("p", 1), "n", 1, 1), new TaskSpec { Agent = "a", Command = ["true"] }, 0, 1));

        Assert.Null(plan);
        Assert.Equal("the disk that holds /no/such/data is full: free some space or use another --data", error);
    }

    [Fact]
    public void This_machine_s_disk_can_be_asked() => Assert.Equal("", new DiskSpace(Path.GetTempPath(), TimeProvider.System).WhyFull());
}
