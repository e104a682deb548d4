using System.Text.Json;

namespace Granary.Cli.Tests.Commands;

public sealed class OptimizeCommandTests
{
    [Fact]
    public async Task Plans_are_listed_beside_the_rules_with_what_each_is_the_best_for()
    {
        var result = await new Cli().Run("optimize", "--prefer", "latency=4,fairness=2", "--shares", "--stages");
        Assert.Equal((0, "granary: run 1f2e3d4c: 2 of 12 plans for 4 cores, for the load as measured, as there is no forecast yet; hypervolume 0.750; plan 1 is recommended; "
            + "the path does not vouch for its own (forecast: a has 20 of 60 points of history); nothing was changed\n"), (result.Code, result.Error));
        Assert.Equal(
            [
                "PLAN      LATENCY   THROUGHPUT   UTILISATION   FAIRNESS   SCORE   BEST FOR",
                "1         0.50s     100.0%       80%           0.90       0.100   recommended, knee",
                "2         2.00s     90.0%        80%           1.00       0.300   fairness",
                "max-min   1.00s     90.0%        70%           1.00       0.400   -",
                "AGENT   CORES   WEIGHT",
                "a       3       2.5",
                "b       1       0.5",
                "predict     done           0.5 ms",
                "forecast    too_little     0.0 ms  a has 20 of 60 points of history",
            ],
            result.Lines.Select(l => l.TrimEnd()));
        using var json = JsonDocument.Parse((await new Cli().Run("optimize", "-o", "json", "--prefer", "latency=4")).Out);
        Assert.Equal(("1", 4.0, 0.0), (json.RootElement.GetProperty("recommended").GetString(), json.RootElement.GetProperty("preferences").GetProperty("latency").GetDouble(),
            json.RootElement.GetProperty("preferences").GetProperty("fairness").GetDouble()));
    }

    [Fact]
    public async Task A_plan_sets_weights_and_undo_puts_them_back()
    {
        var applied = await new Cli().Run("optimize", "--apply", "knee");
        Assert.Equal((0, "granary: plan knee of run 1f2e3d4c is applied; --undo puts the weights back\n"), (applied.Code, applied.Error));
        Assert.Equal("a       2        2.5     -", applied.Lines.ElementAt(1).TrimEnd());
        var undone = await new Cli().Run("optimize", "--undo");
        Assert.Equal((0, "b       1        0.5     somebody set it to 7 since; left as it is"), (undone.Code, undone.Lines.ElementAt(2).TrimEnd()));
        Assert.Equal(0, (await new Cli().Run("optimize", "--run", "1f2e3d4c", "--apply", "2")).Code);
    }

    [Theory]
    [InlineData(2, "optimize", "default", "more")]
    [InlineData(5, "optimize", "--applied")]
    [InlineData(5, "optimize", "--run", "other", "--apply", "2")]
    [InlineData(2, "optimize", "--apply", "2")]
    [InlineData(2, "optimize", "--run", "1f2e3d4c")]
    [InlineData(2, "optimize", "--undo", "--applied")]
    [InlineData(2, "optimize", "--prefer", "latency")]
    [InlineData(2, "optimize", "--prefer", "latency=x")]
    [InlineData(2, "optimize", "--prefer", "speed=1")]
    [InlineData(2, "optimize", "--prefer", "latency=-1")]
    [InlineData(2, "optimize", "--prefer", "latency=0")]
    [InlineData(2, "optimize", "--prefer", "fairness=NaN")]
    public async Task What_is_wrong_is_said_in_one_line(int code, params string[] args)
    {
        var result = await new Cli().Run(args);
        Assert.True(code == result.Code, $"{result.Code}: {result.Error}");
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }
}
