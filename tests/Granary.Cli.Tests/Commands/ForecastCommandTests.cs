using System.Globalization;
using System.Text.Json;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>forecast</c>: needs no server.</summary>
public sealed class ForecastCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("granary-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string text, string name = "s.csv")
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Daily(int from, int count) => string.Join('\n', Enumerable.Range(from, count)
        .Select(i => (100 + (20 * Math.Sin(2 * Math.PI * i / 24)) + (i * 7919 % 13 / 13.0)).ToString("R", CultureInfo.InvariantCulture)));

    [Fact]
    public async Task Json_has_exactly_the_stable_fields()
    {
        var (train, test) = (Write(Daily(0, 240)), Write(Daily(240, 24), "t.csv"));
        var result = await new Cli().Run("forecast", train, "--horizon", "24", "--season", "24", "-o", "json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        var plain = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(["forecast", "lower", "upper", "model", "weights"], plain.EnumerateObject().Select(p => p.Name));
        double[] Numbers(string name) => [.. plain.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];
        var (forecast, lower, upper) = (Numbers("forecast"), Numbers("lower"), Numbers("upper"));
        Assert.Equal((24, 24, 24), (forecast.Length, lower.Length, upper.Length));
        Assert.All(Enumerable.Range(0, 24), i => Assert.True(lower[i] <= forecast[i] && forecast[i] <= upper[i]));
        Assert.Equal("ensemble", plain.GetProperty("model").GetString());
        Assert.Equal(1, plain.GetProperty("weights").EnumerateObject().Sum(w => w.Value.GetDouble()), 0.001);

        var tested = JsonDocument.Parse((await new Cli().Run("forecast", train, "--horizon", "24", "--season", "24", "--test", test, "-o", "json")).Out).RootElement;
        Assert.Equal(["forecast", "lower", "upper", "model", "weights", "smape", "mase", "mse", "mae"], tested.EnumerateObject().Select(p => p.Name));
        Assert.InRange(tested.GetProperty("smape").GetDouble(), 0, 2);
        Assert.InRange(tested.GetProperty("mae").GetDouble(), 0, 2);
        var actual = File.ReadLines(test).Select(l => double.Parse(l, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(actual.Zip(forecast, (a, f) => Math.Abs(a - f)).Average(), tested.GetProperty("mae").GetDouble(), 9);
        Assert.Equal(actual.Zip(forecast, (a, f) => (a - f) * (a - f)).Average(), tested.GetProperty("mse").GetDouble(), 9);
    }

    [Fact]
    public async Task A_table_has_times_where_the_file_has_and_says_what_was_done()
    {
        var start = new DateTime(2026, 5, 1);
        var rows = Enumerable.Range(0, 200).Where(i => i is not (50 or 51)).Select(i => $"{start.AddHours(i):yyyy-MM-dd HH:mm:ss},{(i == 60 ? "NaN" : 10 + (i % 24))}");
        var result = await new Cli().Run("forecast", Write("timestamp,value\n" + string.Join('\n', rows)), "--horizon", "3");
        Assert.Equal(0, result.Code);
        Assert.StartsWith("STEP   TIME ", result.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("1      2026-05-09 08:00:00   18 ", result.Lines[1], StringComparison.Ordinal);
        Assert.Contains("3 of 200 points were missing and have been filled", result.Error, StringComparison.Ordinal);
        Assert.Contains("season 24 (found)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_the_forecast_alone_and_the_same_twice()
    {
        var train = Write(Daily(0, 100));
        var first = await new Cli().Run("forecast", train, "--horizon", "5", "-o", "name");
        Assert.Equal((5, first.Out), (first.Lines.Length, (await new Cli().Run("forecast", train, "--horizon", "5", "-o", "name")).Out));
    }

    [Theory]
    [InlineData("1\n", "s.csv: 1 usable value of 1: a series needs at least two")]
    [InlineData("", "s.csv: no values")]
    [InlineData("1\nx\n", "s.csv:2: 'x' is no number")]
    [InlineData("V1,V2,V3\nH1,1,2\n", "s.csv:1: 3 columns; one series a file is expected")]
    public async Task An_invalid_file_is_one_line_with_the_place(string text, string message)
    {
        var result = await new Cli().Run("forecast", Write(text), "--horizon", "3");
        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("--horizon", "0")]
    [InlineData("--horizon", "x")]
    [InlineData("--horizon", "20000")]
    [InlineData("--horizon", "3", "--season", "0")]
    [InlineData("--horizon", "3", "--season", "2000")]
    [InlineData("--horizon", "3", "--test", "nothing.csv")]
    [InlineData("--season", "3")]
    public async Task Wrong_usage_is_exit_2_in_one_line(params string[] options)
    {
        var result = await new Cli().Run(["forecast", Write("1\n2\n3\n4"), .. options]);
        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_said()
    {
        var result = await new Cli().Run("forecast", Path.Combine(_folder, "none.csv"), "--horizon", "3");
        Assert.Equal(2, result.Code);
        Assert.Contains("there is no such file", result.Error, StringComparison.Ordinal);
    }
}
