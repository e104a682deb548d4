using System.Text.Json;
using Granary.Model;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>pools</c>, <c>agents</c>, <c>agent set</c>, <c>nodes</c>, node upkeep, <c>status</c>.</summary>
public sealed class StandingCommandTests
{
    private static Cli WithNodes()
    {
        var cli = new Cli();
        foreach (var name in (string[])["alpha-1", "alpha-2", "beta"])
            cli.Cluster.Directory.Declare(new NodeSpec { Name = name, Capacity = new ResourceSet { CpuMilli = 4000, MemoryMiB = 8192 } });
        return cli;
    }

    [Fact]
    public async Task Nodes_are_listed_by_name()
    {
        var result = await WithNodes().Run("nodes");
        Assert.Equal(
            [
                "NAME      POOL      STATE   CAPACITY           USED   TASKS   CPU   MEMORY   AGE",
                "alpha-1   default   Ready   cpu=4,memory=8Gi   none   0       -     -        -",
                "alpha-2   default   Ready   cpu=4,memory=8Gi   none   0       -     -        -",
                "beta      default   Ready   cpu=4,memory=8Gi   none   0       -     -        -",
            ],
            result.Lines);
    }

    [Theory]
    [InlineData("cordon", NodeState.Cordoned)]
    [InlineData("drain", NodeState.Draining)]
    [InlineData("uncordon", NodeState.Ready)]
    public async Task Upkeep_takes_unique_beginnings(string command, NodeState state)
    {
        var cli = WithNodes();
        Assert.Equal(0, (await cli.Run(command, "be", "alpha-2")).Code);
        Assert.Equal([NodeState.Ready, state, state], ((string[])["alpha-1", "alpha-2", "beta"]).Select(n => cli.Cluster.Node(n).State));
    }

    [Theory]
    [InlineData("alpha", 2, "granary: 'alpha' begins 2 nodes (alpha-1, alpha-2); write more of it\n")]
    [InlineData("bata", 5, "granary: no node 'bata'; did you mean beta?\n")]
    public async Task Nothing_is_touched_when_one_name_is_wrong(string wrong, int code, string error)
    {
        var cli = WithNodes();
        var result = await cli.Run("drain", "beta", wrong);
        Assert.Equal((code, error), (result.Code, result.Error));
        Assert.Equal(NodeState.Ready, cli.Cluster.Node("beta").State);
    }

    [Fact]
    public async Task Agent_set_changes_only_what_is_written()
    {
        var cli = new Cli();
        Assert.Equal(0, (await cli.Run("agent", "set", "safety", "--weight", "4", "--class", "critical", "--guarantee", "cpu=1,memory=1Gi", "--label", "domain=safety")).Code);
        Assert.Equal(0, (await cli.Run("agent", "set", "safety", "--weight", "2.5", "--limit", "cpu=8")).Code);
        var agent = await cli.Cluster.Directory.Agent("safety");
        Assert.Equal((2.5, PriorityClass.Critical, "cpu=1,memory=1Gi", "cpu=8"), (agent!.Weight, agent.Class, agent.Guarantee.ToString(), agent.Limit.ToString()));
        Assert.Equal("safety", agent.Labels!["domain"]);
    }

    [Fact]
    public async Task Agents_are_listed_with_what_they_are_owed()
    {
        var cli = new Cli();
        await cli.Run("agent", "set", "beta", "--weight", "2", "--group", "lab/b");
        await cli.Run("agent", "set", "alpha");
        Assert.Equal(
            [
                "ID      GROUP   CLASS    WEIGHT   GUARANTEE   LIMIT   QUEUED   RUNNING   SUCCEEDED   FAILED",
                "alpha   -       normal   1        -           -       0        0         0           0",
                "beta    lab/b   normal   2        -           -       0        0         0           0",
            ],
            (await cli.Run("agents")).Lines);
    }

    [Theory]
    [InlineData("pools")]
    [InlineData("agents")]
    [InlineData("nodes")]
    public async Task Lists_are_arrays_in_json(string command)
    {
        using var json = JsonDocument.Parse((await WithNodes().Run(command, "-o", "json")).Out);
        Assert.Equal(JsonValueKind.Array, json.RootElement.ValueKind);
    }

    [Fact]
    public async Task Status_is_one_screen_and_one_json_object()
    {
        var cli = WithNodes();
        var screen = await cli.Run("status", "--server", "host:1");
        Assert.Equal(0, screen.Code);
        Assert.Contains("nodes    3 of 3 ready", screen.Out, StringComparison.Ordinal);
        Assert.True(screen.Lines.Length < 24, screen.Out);
        using var json = JsonDocument.Parse((await cli.Run("status", "-o", "json")).Out);
        Assert.Equal((1, 3, 0), (json.RootElement.GetProperty("pools").GetArrayLength(), json.RootElement.GetProperty("nodes").GetArrayLength(), json.RootElement.GetProperty("failures").GetArrayLength()));
    }
}
