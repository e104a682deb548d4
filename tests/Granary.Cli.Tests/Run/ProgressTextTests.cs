using Granary.Cli.Run;
using Granary.Model;

namespace Granary.Cli.Tests.Run;

public sealed class ProgressTextTests
{
    private static RunStatus Status => new()
    {
        Title = "fleet.yaml",
        Elapsed = TimeSpan.FromSeconds(23),
        Left = TimeSpan.FromSeconds(31),
        All = new DomainProgress("all")
        {
            Total = 402,
            Running = 4,
            Queued = 286,
            Succeeded = 110,
            Bad = 1,
            Allowed = 1,
            Waiting = [(WaitReason.Share, 200), (WaitReason.Dependency, 80), (WaitReason.Capacity, 4), (WaitReason.Backoff, 2)],
        },
        Domains =
        [
            new DomainProgress("energy") { Total = 102, Running = 1, Queued = 47, Succeeded = 54, Waiting = [(WaitReason.Share, 40), (WaitReason.Dependency, 7)] },
            new DomainProgress("safety") { Total = 300, Running = 3, Queued = 239, Succeeded = 56, Bad = 1, Allowed = 1 },
        ],
        Nodes = new Utilisation(1, 0.97, 0.124),
        Events = ["default/7 hog of memory-guard failed, as it may: out of memory"],
    };

    [Fact]
    public void A_terminal_gets_a_screen() => Assert.Equal(
        [
            "fleet.yaml  0:23, about 0:31 left",
            "[###########.............................]  112/402 done, 4 running, 286 waiting, 1 failed",
            "",
            "DOMAIN   DONE     RUNNING   WAITING   FAILED   WHY",
            "energy   54/102   1         47        0        Share 40, Dependency 7",
            "safety   58/300   3         239       1        -",
            "",
            "nodes: cpu 97%, memory 12%",
            "  default/7 hog of memory-guard failed, as it may: out of memory",
        ],
        ProgressText.Screen(Status, 120, color: false));

    [Fact]
    public void A_pipe_gets_a_line() => Assert.Equal(
        "0:23  112/402 done, 4 running, 286 waiting, 1 failed (Share 200, Dependency 80, Capacity 4); cpu 97%, memory 12%, about 0:31 left | energy 54/102, safety 58/300",
        ProgressText.Line(Status));

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(79)]
    public void No_line_is_wider_than_the_screen(int width) =>
        Assert.All(ProgressText.Screen(Status, width, color: false), line => Assert.True(line.Length <= width, $"{line.Length}: {line}"));

    [Fact]
    public void Without_colour_nothing_drives_the_terminal() =>
        Assert.All(ProgressText.Screen(Status, 100, color: false), line => Assert.DoesNotContain('\u001b', line));
}
