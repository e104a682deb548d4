using Granary.Forecasting.Anomalies.Nab;

namespace Granary.Forecasting.Tests.Anomalies;

public sealed class NabScoreTests
{
    // 100 rows: the first 15 on probation; windows of 10 rows from 40 and of 5 from 70
    private static readonly NabSeries Series = new("worked", 100, [(40, 49), (70, 74)]);

    /// <summary>Worked by hand: sigmoid(y) = 2 / (1 + e^(5y)) - 1.</summary>
    [Fact]
    public void A_case_worked_by_hand()
    {
        // a detection on probation counts nothing; at row 20, before any window, it costs 0.11
        // rows 42 and 45 are in the first window: only the earlier earns, at position -(49 - 42 + 1) / 10 = -0.8:
        //   (2 / (1 + e^-4) - 1) / (2 / (1 + e^-5) - 1) = 0.9640276 / 0.9866143 = 0.9771069
        // row 54 is 5 rows after a window of 10: position 5 / 9, 2 / (1 + e^2.7777778) - 1 = 2 / 17.0832 - 1 = -0.8829260, times 0.11 = -0.0971219
        // rows 70 to 74 are not detected: -1
        Assert.Equal(-0.11 + 0.9771069 - 0.0971219 - 1, NabScore.Raw(Series, Detections(3, 20, 42, 45, 54), 0.5), 1e-6);
        // on the scale of one who never speaks (-2) to one who is perfect (2): 100 x (-0.2300150 + 2) / 4
        Assert.Equal(44.249625, NabScore.At(0.5, [(Series, Detections(3, 20, 42, 45, 54))]), 1e-5);
    }

    [Fact]
    public void The_ends_of_the_scale_are_silence_and_perfection()
    {
        Assert.Equal(0, NabScore.At(0.5, [(Series, Detections())]), 1e-12);
        Assert.Equal(100, NabScore.At(0.5, [(Series, Detections(40, 70))]), 1e-12);
        // far behind a window, more than three of its widths, the full price
        Assert.Equal(-0.11 - 2, NabScore.Raw(Series, Detections(99), 0.5), 1e-12);
    }

    [Fact]
    public void The_best_threshold_is_the_best_of_all_that_are_tried_one_by_one()
    {
        var random = new Random(1);
        for (var n = 0; n < 50; n++)
        {
            var scores = new double[100];
            foreach (ref var score in scores.AsSpan()) score = Math.Round(random.NextDouble(), 2);
            (NabSeries, double[])[] results = [(Series, scores), (Series with { Windows = [(90, 95)] }, [.. scores.Reverse()])];
            var (threshold, best) = NabScore.Best(results);
            var tried = Enumerable.Range(0, 102).Max(t => NabScore.At(t / 100.0, results));
            Assert.Equal(tried, best, 1e-9);
            Assert.Equal(best, NabScore.At(threshold, results), 1e-9);
        }
    }

    [Fact]
    public void Probation_is_at_most_that_of_5000_rows() =>
        Assert.Equal((604, 750, 0), (new NabSeries("a", 4032, []).Probation, new NabSeries("b", 18050, []).Probation, new NabSeries("c", 5, []).Probation));

    [Fact]
    public void Results_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => NabScore.Raw(Series, new double[99], 0));
        Assert.Throws<ArgumentException>(() => NabScore.At(0, [(Series with { Windows = [] }, new double[100])]));
    }

    private static double[] Detections(params int[] rows)
    {
        var scores = new double[100];
        foreach (var row in rows) scores[row] = 1;
        return scores;
    }
}
