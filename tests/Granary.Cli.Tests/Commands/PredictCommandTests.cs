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

    [Fact]
    public async Task When_a_node_or_pool_is_full_is_a_date_or_what_is_missing()
    {
        var table = await WithNode().Run("predict", "n1", "--capacity");
        Assert.Equal((0, "granary: cpu: 1 day of it is known; a trend needs 8\n"), (table.Code, table.Error));
        Assert.Equal(
            [
                "RESOURCE      USE     OF       A DAY   10%          50%          90%                DAYS",
                "memory.used   800Mi   1Gi      +1Mi    1970-01-09   1970-01-11   after 1970-01-25   12",
                "cpu           50.0%   100.0%   -       -            -            -                  1",
            ],
            table.Lines.Select(l => l.TrimEnd()));
        using var json = JsonDocument.Parse((await WithNode().Run("predict", "--capacity", "--pool", "default", "-o", "json")).Out);
        Assert.Equal(("default", "used/cpu"), (json.RootElement.GetProperty("name").GetString(), json.RootElement.GetProperty("dates")[0].GetProperty("metric").GetString()));
    }

    [Fact]
    public async Task How_long_an_agents_tasks_run_is_a_table_of_quantiles_or_json()
    {
        Assert.Equal(
            [
                "CLASS   RUNS   50%    80%    90%    95%    SUCCEEDS   IN TIME",
                "index   40     2.0s   3.0s   4.0s   5.0m   98%        75%",
            ],
            (await WithNode().Run("predict", "--agent", "a", "--deadline", "3s")).Lines.Select(l => l.TrimEnd()));
        var other = await WithNode().Run("predict", "--agent", "a", "--class", "train", "-o", "json");
        using var json = JsonDocument.Parse(other.Out);
        Assert.Equal(("train", 300.0), (json.RootElement[0].GetProperty("class").GetString(), json.RootElement[0].GetProperty("quantiles")[4].GetProperty("seconds").GetDouble()));
    }

    [Theory]
    [InlineData(2, "predict")]
    [InlineData(2, "predict", "n1", "--agent", "a")]
    [InlineData(2, "predict", "--agent", "a", "--capacity")]
    [InlineData(2, "predict", "n1", "--class", "c")]
    [InlineData(2, "predict", "n1", "--pool", "default", "--capacity")]
    [InlineData(2, "predict", "n1", "--capacity", "--metric", "cpu")]
    [InlineData(2, "predict", "--agent", "a", "--deadline", "soon")]
    [InlineData(2, "predict", "--agent", "a", "--deadline", "0s")]
    [InlineData(5, "predict", "--agent", "a", "--pool", "none")]
    [InlineData(5, "predict", "n2", "--capacity")]
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
