using Granary.Forecasting.Drift;

namespace Granary.Forecasting.Tests.Drift;

public sealed class DriftDetectorTests
{
    /// <summary>The paper's first experiment: a stream of bits whose chance stays as it is. The rate of false alarms stays below delta.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Adwin_does_not_cry_wolf(double chance)
    {
        var alarms = 0;
        for (var seed = 0; seed < 10; seed++)
        {
            var (random, adwin) = (new Random(seed), new Adwin(0.05, every: 1));
            for (var i = 0; i < 10_000; i++) if (adwin.Observe(random.NextDouble() < chance ? 1 : 0)) alarms++;
        }
        Assert.True(alarms < 0.05 * 100_000 / 10, $"{alarms} alarms in 100,000 points");
    }

    /// <summary>The paper's second: an abrupt change after a long calm is found soon, and the window is cut to what came since.</summary>
    [Theory]
    [InlineData(0.2, 0.8, 40)]
    [InlineData(0.2, 0.4, 300)]
    [InlineData(0.8, 0.5, 200)]
    public void Adwin_finds_a_step_and_cuts_its_window(double before, double after, int within)
    {
        var (random, adwin) = (new Random(1), new Adwin(0.002, every: 1));
        for (var i = 0; i < 4000; i++) adwin.Observe(random.NextDouble() < before ? 1 : 0);
        var found = Enumerable.Range(1, 2000).First(_ => adwin.Observe(random.NextDouble() < after ? 1 : 0));
        Assert.InRange(found, 1, within);
        for (var i = 0; i < 1000; i++) adwin.Observe(random.NextDouble() < after ? 1 : 0);
        Assert.InRange(adwin.Width, 500, 1500);
        Assert.Equal(after, adwin.Mean, 0.06);
    }

    /// <summary>The paper's third: a mean that slides. The window's mean follows.</summary>
    [Fact]
    public void Adwin_follows_a_slope()
    {
        var (random, adwin) = (new Random(2), new Adwin(0.05, every: 1));
        var (changes, worst) = (0, 0.0);
        for (var i = 0; i < 8000; i++)
        {
            var chance = i < 1000 ? 0.2 : Math.Min(0.8, 0.2 + ((i - 1000) * 1e-4));
            if (adwin.Observe(random.NextDouble() < chance ? 1 : 0)) changes++;
            if (i > 2000) worst = Math.Max(worst, Math.Abs(adwin.Mean - chance));
        }
        Assert.True(changes >= 2, $"{changes}");
        Assert.InRange(worst, 0, 0.2);
    }

    [Fact]
    public void Adwin_keeps_its_sums_over_a_million_points()
    {
        var (random, adwin, sum) = (new Random(3), new Adwin(1e-9, every: 1024), 0.0);
        for (var i = 0; i < 1_000_000; i++)
        {
            var value = random.NextDouble();
            sum += value;
            Assert.False(adwin.Observe(value));
        }
        Assert.Equal(1_000_000, adwin.Width);
        Assert.Equal(sum / 1_000_000, adwin.Mean, 9);
    }

    /// <summary>A step of the mean of normal noise, up and down: found within what the threshold over the step's size allows, and not before.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    [InlineData(1)]
    public void Page_and_hinkley_find_a_step(double step)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var (random, detector) = (new Random(seed), new PageHinkley());
            double Next() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            for (var i = 0; i < 500; i++) Assert.False(detector.Observe(10 + Next()), $"seed {seed}: alarm at {i}");
            var delay = Enumerable.Range(1, 300).First(_ => detector.Observe(10 + step + Next()));
            Assert.InRange(delay, 25 / (Math.Abs(step) + 1.5), 3 * 25 / (Math.Abs(step) - 0.25));
        }
    }

    [Fact]
    public void One_wild_point_is_no_drift()
    {
        var (random, detector) = (new Random(4), new PageHinkley());
        for (var i = 0; i < 1000; i++) Assert.False(detector.Observe(i == 300 ? 1e12 : random.NextDouble()), $"{i}");
    }

    [Fact]
    public void What_is_no_number_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adwin().Observe(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PageHinkley().Observe(double.PositiveInfinity));
    }
}
