using System.Text.Json;

namespace Granary.Cli.Tests.Commands;

public sealed class PlanCommandTests
{
    [Fact]
    public async Task Both_allocations_are_listed_with_why_the_classical_one_stands()
    {
        var result = await new Cli().Run("plan", "--stages");
        Assert.Equal((0, "granary: the weights in force stand: confidence: in shadow after 3 outcomes\n"), (result.Code, result.Error));
        Assert.Equal(
            [
                "AGENT   WANTED   USED   MAX-MIN   PLANNED",
                "a       3        1.5    2         2.25",
                "b       6        2      2         -",
                "predict     done           0.5 ms",
                "confidence  too_little    12.0 ms  in shadow after 3 outcomes",
            ],
            result.Lines.Select(l => l.TrimEnd()));
        using var json = JsonDocument.Parse((await new Cli().Run("plan", "-o", "json")).Out);
        Assert.Equal((4.0, false, 2.25), (json.RootElement.GetProperty("capacity").GetDouble(), json.RootElement.GetProperty("advised").GetBoolean(), json.RootElement.GetProperty("agents")[0].GetProperty("planned").GetDouble()));
    }

    [Fact]
    public async Task What_is_judged_in_shadow_and_how_many_nodes_there_should_be_are_listed()
    {
        var result = await new Cli().Run("plan", "--contenders", "--scaling");
        Assert.Equal(
            [
                "CONTENDER   STATE       OUTCOMES   ADVANTAGE   SURE",
                "path        shadow      3          +0.0100     -0.1000",
                "online      withdrawn   900        -0.0200     -0.0300",
                "METHOD     NODES   JUDGED   RIGHT   SHORT   OVER   COST   TRIAL",
                "reactive   3       40       50%     30%     20%    1.40   -",
                "mpc        3       40       70%     10%     20%    1.10   won",
            ],
            result.Lines.Skip(3).Select(l => l.TrimEnd()));
        Assert.EndsWith("granary: 3 nodes instead of 2, not before 00:00:00Z, +8 an hour (mpc): 16 cores are wanted now, up to 18 within the next steps, of 16; from forecasts of 2 nodes\n", result.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await new Cli().Run("plan", "-o", "json")).Out);
        Assert.Equal((3, "online"), (json.RootElement.GetProperty("scaling").GetProperty("recommended").GetInt32(), json.RootElement.GetProperty("contenders")[1].GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData(2, "plan", "default", "--stage")]
    public async Task What_is_wrong_is_said_in_one_line(int code, params string[] args)
    {
        var result = await new Cli().Run(args);
        Assert.Equal(code, result.Code);
        Assert.NotEmpty(result.Error);
    }
}
