using System.Text.Json;

namespace Granary.Cli.Tests.Commands;

public sealed class TelemetryCommandTests
{
    private static Cli WithNode()
    {
        var cli = new Cli();
        cli.Cluster.Node("n1");
        cli.Cluster.Directory.NodeNames.Add("n1");
        return cli;
    }

    [Fact]
    public async Task The_last_values_are_listed_with_their_units()
    {
        Assert.Equal(
            [
                "METRIC                VALUE   QUALITY    AGE",
                "cpu                   12.5%   measured   60s",
                "memory.used           1.5Mi   measured   60s",
                "task.cpu/default/17   -       absent     60s",
            ],
            (await WithNode().Run("telemetry", "n1")).Lines.Select(l => l.TrimEnd()));
    }

    [Theory]
    [InlineData("-10m", "now")]
    [InlineData("10m", "1970-01-01T01:00:00Z")]
    public async Task One_metric_over_time_is_a_table_or_json(string from, string to)
    {
        var table = await WithNode().Run("telemetry", "n1", "--metric", "cpu", "--from", from, "--to", to, "--step", "10s");
        Assert.Equal((0, ""), (table.Code, table.Error));
        Assert.Equal(
            [
                "TIME                   MEAN    MIN     MAX",
                "1970-01-01 00:50:00Z   25.0%   10.0%   50.0%",
                "1970-01-01 00:50:10Z   -       -       -",
            ],
            table.Lines.Select(l => l.TrimEnd()));
        using var json = JsonDocument.Parse((await WithNode().Run("telemetry", "n1", "--metric", "cpu", "--from", from, "--step", "10s", "-o", "json")).Out);
        Assert.Equal((0.25, 10.0, "ratio"), (json.RootElement.GetProperty("points")[0].GetProperty("mean").GetDouble(), json.RootElement.GetProperty("step_s").GetDouble(), json.RootElement.GetProperty("unit").GetString()));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("points")[1].GetProperty("mean").ValueKind);
    }

    [Theory]
    [InlineData(2, "telemetry", "n1", "--metric", "cpu", "--from", "yesterday")]
    [InlineData(2, "telemetry", "n1", "--from", "-1h")]
    [InlineData(5, "telemetry", "n2")]
    [InlineData(5, "telemetry", "n1", "--metric", "cup")]
    public async Task What_is_wrong_is_said_in_one_line(int code, params string[] args)
    {
        var result = await WithNode().Run(args);
        Assert.Equal(code, result.Code);
        Assert.NotEmpty(result.Error);
    }
}
