using System.Text.Json;

namespace Granary.Cli.Tests.Commands;

public sealed class PredictCommandTests
{
    private static Cli WithNode()
    {
        var cli = new Cli();
        cli.Cluster.Node("n1");
        cli.Cluster.Directory.NodeNames.Add("n1");
        return cli;
    }

    [Fact]
    public async Task How_forecasts_turned_out_is_listed_beside_the_naive_one()
    {
        Assert.Equal(
            [
                "METRIC   STEP   STEPS   JUDGED   ERROR   NAIVE   COVERED   DRIFTS",
                "cpu      10s    720     1000     1.0%    2.0%    91%       1",
                "memory   5m     3       0        -       -       -         0",
            ],
            (await WithNode().Run("predict", "n1")).Lines.Select(l => l.TrimEnd()));
    }

    [Fact]
    public async Task One_metric_is_a_table_or_json()
    {
        var table = await WithNode().Run("predict", "n1", "--metric", "cpu", "--ahead", "20s");
        Assert.Equal((0, "granary: theta 1.00\n"), (table.Code, table.Error));
        Assert.Equal(
            [
                "TIME                   VALUE   LOWER   UPPER",
                "1970-01-01 01:00:00Z   50.0%   25.0%   75.0%",
                "1970-01-01 01:00:10Z   50.0%   25.0%   75.0%",
            ],
            table.Lines.Select(l => l.TrimEnd()));
        using var json = JsonDocument.Parse((await WithNode().Run("predict", "n1", "-m", "cpu", "-o", "json")).Out);
        Assert.Equal((30, 10.0), (json.RootElement.GetProperty("points").GetArrayLength(), json.RootElement.GetProperty("step_s").GetDouble()));
    }

    [Theory]
    [InlineData(2, "predict", "n1", "--ahead", "1h")]
    [InlineData(2, "predict", "n1", "--metric", "cpu", "--ahead", "soon")]
    [InlineData(5, "predict", "n2")]
    [InlineData(5, "predict", "n1", "--metric", "gpu")]
    public async Task What_is_wrong_is_said_in_one_line(int code, params string[] args)
    {
        var result = await WithNode().Run(args);
        Assert.Equal(code, result.Code);
        Assert.NotEmpty(result.Error);
    }
}
