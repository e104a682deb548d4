using FsCheck;
using FsCheck.Fluent;

namespace Granary.Profiling.Tests;

public sealed class ForecastTests
{
    private static readonly DampedTrend Model = new();

    [Fact]
    public void A_constant_stays()
    {
        var ahead = Model.Predict([.. Enumerable.Repeat(5.0, 60)], 30)!;
        Assert.All(ahead.Values, v => Assert.Equal(5, v, 6));
    }

    [Fact]
    public void A_rise_goes_on_for_a_while()
    {
        var ahead = Model.Predict([.. Enumerable.Range(0, 120).Select(i => 10.0 + i)], 10)!;
        Assert.InRange(ahead.Values[0], 129, 131.5);
        Assert.True(ahead.Values[9] > 134);
    }

    [Fact]
    public void An_outlier_moves_it_little()
    {
        var random = new Random(7);
        double[] calm = [.. Enumerable.Range(0, 120).Select(_ => 100 + random.NextDouble())];
        double[] struck = [.. calm];
        struck[118] = 10_000;
        var difference = Math.Abs(Model.Predict(struck, 30)!.Values[^1] - Model.Predict(calm, 30)!.Values[^1]);
        Assert.True(difference < 3, $"it moved by {difference}");
    }

    [Fact]
    public void Too_little_is_no_forecast()
    {
        Assert.Null(Model.Predict([], 5));
        Assert.Null(Model.Predict([1, double.NaN, 2, 3], 5));
    }

    [Fact]
    public void Intervals_hold_what_they_predict_and_widen() => Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat[]>(), values =>
    {
        double[] history = [.. values.Select(v => Math.Clamp(v.Get, -1e9, 1e9))];
        if (Model.Predict(history, 12) is not { } ahead) return history.Length < 8;
        for (var i = 0; i < 12; i++)
        {
            if (!double.IsFinite(ahead.Values[i]) || ahead.Lower[i] > ahead.Values[i] || ahead.Upper[i] < ahead.Values[i]) return false;
            if (i > 0 && ahead.Upper[i] - ahead.Lower[i] < ahead.Upper[i - 1] - ahead.Lower[i - 1] - 1e-6 * Math.Abs(ahead.Upper[i])) return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_report_says_when_a_limit_is_reached()
    {
        var history = new UseHistory("memory.used", "bytes", TimeSpan.FromMinutes(1), [.. Enumerable.Range(0, 60).Select(i => 100.0 + i)], 170);
        var report = UseReports.Of(new("n1", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, new Dictionary<string, double> { ["cpu"] = 0.99 }), [], [history], new(), Model);
        var predicted = Assert.Single(report.Predictions);
        Assert.Equal(TimeSpan.FromMinutes(30), predicted.Ahead);
        Assert.InRange(predicted.ReachesLimitIn!.Value.TotalMinutes, 10, 20);
        Assert.Equal(2, report.Suggestions.Count);
    }
}
