using System.Globalization;
using System.Text.Json;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>anomalies</c>: needs no server.</summary>
public sealed class AnomaliesCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("granary-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string text, string name = "s.csv")
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static IEnumerable<double> Values(int count) => Enumerable.Range(0, count).Select(i => i == count - 10 ? 900 : 100 + (i * 7919 % 13 / 13.0));

    private static string Timed(int count)
    {
        var start = new DateTime(2026, 5, 1);
        return "timestamp,value\n" + string.Join('\n', Values(count).Select((v, i) => $"{start.AddMinutes(5 * i):yyyy-MM-dd HH:mm:ss},{v.ToString("R", CultureInfo.InvariantCulture)}"));
    }

    private static Cli WithNode()
    {
        var cli = new Cli();
        cli.Cluster.Node("n1");
        cli.Cluster.Directory.NodeNames.Add("n1");
        return cli;
    }

    [Fact]
    public async Task Of_a_node_what_its_server_found_is_listed()
    {
        var table = await WithNode().Run("anomalies", "--node", "n", "--metric", "cpu", "--since", "1h");
        Assert.Equal((0, "granary: said so\n"), (table.Code, table.Error));
        Assert.Equal(
            [
                "TIME                   METRIC   VALUE   USUAL   SCORE    VIEW   WHY",
                "1970-01-01 01:00:00Z   cpu      95.0%   20.0%   0.9999   jump   95% after 20%",
            ],
            table.Lines.Select(l => l.TrimEnd()));
        using var json = JsonDocument.Parse((await WithNode().Run("anomalies", "-n", "n1", "-o", "json")).Out);
        Assert.Equal("jump", json.RootElement.GetProperty("anomalies")[0].GetProperty("view").GetString());
    }

    [Fact]
    public async Task What_is_found_from_now_on_is_told_in_a_line_each()
    {
        var all = await WithNode().Run("anomalies", "--follow"); // until the fake refuses
        Assert.Equal((2, true), (all.Code, all.Error.Contains("that was all", StringComparison.Ordinal)));
        Assert.Equal(["1970-01-01 01:00:00Z  n1  cpu  95% after 20%", "1970-01-01 01:00:00Z  n2  memory  95% after 20%"], all.Lines);
        Assert.Equal(all.Lines[..1], (await WithNode().Run("anomalies", "-f", "--node", "n1")).Lines);
        Assert.Equal(all.Lines[1..], (await WithNode().Run("anomalies", "-f", "--metric", "memory")).Lines);
        var lines = (await WithNode().Run("anomalies", "-f", "-o", "json")).Lines;
        Assert.Equal(["n1", "n2"], lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("node").GetString()));
    }

    [Theory]
    [InlineData(2, "anomalies")]
    [InlineData(2, "anomalies", "x.csv", "--node", "n1")]
    [InlineData(2, "anomalies", "x.csv", "--metric", "cpu")]
    [InlineData(2, "anomalies", "--node", "n1", "--since", "soon")]
    [InlineData(2, "anomalies", "x.csv", "--follow")]
    [InlineData(2, "anomalies", "--follow", "--since", "1h")]
    [InlineData(5, "anomalies", "--follow", "--node", "n2")]
    [InlineData(5, "anomalies", "--follow", "--node", "n1", "--metric", "gpu")]
    [InlineData(5, "anomalies", "--node", "n2")]
    [InlineData(5, "anomalies", "--node", "n1", "--metric", "gpu")]
    public async Task Of_a_node_what_is_wrong_is_said_in_one_line(int code, params string[] args)
    {
        var result = await WithNode().Run(args);
        Assert.Equal(code, result.Code);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task Json_has_exactly_the_stable_fields_one_of_each_a_point()
    {
        var result = await new Cli().Run("anomalies", Write(Timed(600)), "-o", "json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        var document = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(["timestamps", "scores", "flagged"], document.EnumerateObject().Select(p => p.Name));
        Assert.Equal([600, 600, 600], document.EnumerateObject().Select(p => p.Value.GetArrayLength()));
        Assert.Equal("2026-05-01 00:00:00", document.GetProperty("timestamps")[0].GetString());
        Assert.Equal([590], Enumerable.Range(0, 600).Where(n => document.GetProperty("flagged")[n].GetBoolean()));
        Assert.InRange(document.GetProperty("scores")[590].GetDouble(), 0.9995, 1);
        Assert.All(document.GetProperty("scores").EnumerateArray(), s => Assert.InRange(s.GetDouble(), 0, 1));
    }

    [Fact]
    public async Task A_table_names_what_was_expected_and_seen()
    {
        var result = await new Cli().Run("anomalies", Write(Timed(600)));
        Assert.Equal(0, result.Code);
        Assert.Contains("600 points; 1 told of", result.Error);
        Assert.Contains("2026-05-03 01:10:00", result.Out);
        Assert.Contains("900 ", result.Out);
        Assert.Contains("such a deviation comes once in", result.Out);
    }

    [Fact]
    public async Task Values_alone_gaps_and_a_season_in_points_are_taken()
    {
        var path = Write(string.Join('\n', Values(400).Select((v, i) => i % 50 == 7 ? "NaN" : v.ToString(CultureInfo.InvariantCulture))));
        var result = await new Cli().Run("anomalies", path, "--season", "24", "-o", "json");
        var document = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(1, document.GetProperty("timestamps")[0].GetInt32());
        Assert.Equal(0, document.GetProperty("scores")[7].GetDouble());
        Assert.Contains("8 of them missing", (await new Cli().Run("anomalies", path)).Error);
    }

    [Theory]
    [InlineData("", "no values")]
    [InlineData("time,value\n", "no values")]
    [InlineData("1\nx\n", ":2: 'x' is no number")]
    [InlineData("2026-01-01,1\nyesterday,2\n", ":2: 'yesterday' is no time")]
    [InlineData("1,2\n3\n", ":2: 1 columns")]
    public async Task Files_that_are_no_series_are_refused_in_a_line(string text, string reason)
    {
        var result = await new Cli().Run("anomalies", Write(text));
        Assert.Equal(2, result.Code);
        Assert.Contains(reason, result.Error);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("--season", "soon")]
    [InlineData("--season", "0")]
    [InlineData("--threshold", "-1")]
    [InlineData("--threshold", "NaN")]
    public async Task Options_out_of_range_are_refused(string option, string value)
    {
        var result = await new Cli().Run("anomalies", Write("1\n2\n"), option, value);
        Assert.Equal(2, result.Code);
        Assert.Contains($"{option} is '{value}'", result.Error);
        Assert.Equal(2, (await new Cli().Run("anomalies", _folder)).Code);
        Assert.Contains("no such file", (await new Cli().Run("anomalies", Path.Combine(_folder, "none"))).Error);
    }

    [Fact]
    public async Task One_point_unsorted_times_and_times_beyond_the_calendar_are_no_errors()
    {
        Assert.Equal(0, (await new Cli().Run("anomalies", Write("5\n"))).Code);
        Assert.Equal(0, (await new Cli().Run("anomalies", Write("9000000000,1\n-9000000000,2\n90000000000,3\n-90000000000,4\n4e12,5\n4e12,5\n1,1e308\n"))).Code);
    }
}
