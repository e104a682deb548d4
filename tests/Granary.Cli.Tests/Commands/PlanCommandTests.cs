using System.Text.Json;

namespace Granary.Cli.Tests.Commands;

public sealed class PlanCommandTests
{
    [Fact]
    public async Task Both_allocations_are_listed_with_why_the_classical_one_stands()
    {
        var result = await new Cli().Run("plan", "--stages");
        Assert.Equal((0, "granary: max-min fairness stands: confidence: in shadow after 3 outcomes\n"), (result.Code, result.Error));
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

    [Theory]
    [InlineData(2, "plan", "default", "--stage")]
    public async Task What_is_wrong_is_said_in_one_line(int code, params string[] args)
    {
        var result = await new Cli().Run(args);
        Assert.Equal(code, result.Code);
        Assert.NotEmpty(result.Error);
    }
}
