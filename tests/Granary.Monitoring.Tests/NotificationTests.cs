using Granary.Model;

namespace Granary.Monitoring.Tests;

public sealed class NotificationTests
{
    private static readonly AlertRule Busy = new() { Name = "busy", Metric = "cpu", Warning = 0.8, Critical = 0.95, ClearFor = TimeSpan.Zero };

    private static int Bound(NotificationOptions options, TimeSpan time) => (int)(options.Burst + time / options.OneEvery + time / options.GroupInterval) + 1;

    [Fact]
    public void A_beginning_and_an_end_are_told_once_each()
    {
        var clocked = new Clocked(Busy).Pass(400, 0.9);
        var begin = Assert.Single(clocked.Told);
        Assert.Equal((AlertLevel.Warning, 1, 0, 10.0), (begin.Level, begin.Firing, begin.Ended, (begin.At - Clocked.Start).TotalSeconds));
        clocked.Pass(400, 0.1);
        Assert.Equal((AlertLevel.None, 0, 1), (clocked.Told[1].Level, clocked.Told[1].Firing, clocked.Told[1].Ended));
        Assert.Equal(2, clocked.Told.Count);
    }

    [Fact]
    public void A_metric_that_flaps_for_a_day_is_told_of_a_few_times()
    {
        var clocked = new Clocked(Busy).Pass(86_400, c => c.Book.Observe(RuleSubject.Node, "n1", "cpu", (int)c.Seconds / 7 % 2 == 0 ? 0.99 : 0.1, c.Now));
        Assert.True(clocked.Changes.Count > 10_000);
        Assert.InRange(clocked.Told.Count, 1, 10);
        Assert.Contains(clocked.Told, t => t.Alerts.Any(a => a.Flapping));
        var told = clocked.Told.Count;
        clocked.Pass(1200, 0.1); // it has calmed down, and that is told
        Assert.Equal((told + 1, 0, 1), (clocked.Told.Count, clocked.Told[^1].Firing, clocked.Told[^1].Ended));
    }

    [Fact]
    public void A_thousand_nodes_that_fail_at_once_are_one_notification_and_their_return_another()
    {
        var clocked = new Clocked(Busy);
        void All(double value, int seconds) => clocked.Pass(seconds, c =>
        {
            for (var n = 0; n < 1000; n++) c.Book.Observe(RuleSubject.Node, $"n{n}", "cpu", value, c.Now);
        });
        All(0.99, 30);
        var told = Assert.Single(clocked.Told);
        Assert.Equal((1000, AlertNotification.MostAlerts), (told.Firing, told.Alerts.Count));
        Assert.Contains("1000 fire", told.Summary, StringComparison.Ordinal);
        All(0.1, 320);
        Assert.Equal((0, 1000), (clocked.Told[1].Firing, clocked.Told[1].Ended));
        Assert.Equal(2, clocked.Told.Count);
    }

    [Fact]
    public void Whatever_happens_there_are_no_more_than_the_bound_says()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var options = new NotificationOptions { Burst = 3, OneEvery = TimeSpan.FromSeconds(20), GroupInterval = TimeSpan.FromMinutes(1), GroupWait = TimeSpan.FromSeconds(5) };
            AlertRule[] rules = [.. Enumerable.Range(0, 50).Select(i => Busy with { Name = $"r{i}", Metric = $"m{i}" })];
            var clocked = new Clocked(options, rules);
            clocked.Pass(1200, c =>
            {
                for (var i = 0; i < 20; i++) c.Book.Observe(RuleSubject.Node, $"n{random.Next(30)}", $"m{random.Next(50)}", random.NextDouble() * 2, c.Now);
            });
            Assert.InRange(clocked.Told.Count, 3, Bound(options, TimeSpan.FromSeconds(1200)));
            Assert.Contains(clocked.Told, t => t.Group == "held back");
            Assert.Equal(clocked.Told.Select(t => t.Number).Order(), clocked.Told.Select(t => t.Number).Distinct());
        }
    }

    [Fact]
    public void What_still_fires_is_told_again_seldom_and_not_once_somebody_has_taken_it_on()
    {
        var options = new NotificationOptions { RepeatInterval = TimeSpan.FromMinutes(30) };
        var clocked = new Clocked(options, Busy).Pass(3700, 0.9);
        Assert.Equal(3, clocked.Told.Count);
        clocked.Book.Acknowledge(clocked.Book.Firing.Single().Id, "ann", "", undo: false);
        Assert.Equal(3, clocked.Pass(7200, 0.9).Told.Count);
        Assert.Equal(AlertLevel.Critical, clocked.Pass(400, 0.99).Told[3].Level); // it got worse
    }

    [Fact]
    public void What_is_silenced_is_not_told_and_is_when_the_silence_ends()
    {
        var options = new NotificationOptions { RepeatInterval = TimeSpan.FromMinutes(30) };
        var clocked = new Clocked(options, Busy);
        clocked.Book.Silence([new("rule", "busy")], clocked.Now, clocked.Now.AddMinutes(20), "ann", "", clocked.Now);
        Assert.Empty(clocked.Pass(1100, 0.9).Told);
        Assert.NotEmpty(clocked.Book.Firing);
        Assert.Empty(clocked.Pass(60, 0.1).Told); // nor its end
        clocked.Pass(60, 0.1);
        Assert.Single(clocked.Pass(60, 0.9).Told);
    }

    [Fact]
    public void Levels_below_the_least_are_listed_and_not_told()
    {
        var clocked = new Clocked(new NotificationOptions { Least = AlertLevel.Critical }, Busy).Pass(60, 0.9);
        Assert.Single(clocked.Book.Firing);
        Assert.Empty(clocked.Told);
        Assert.Single(clocked.Pass(60, 0.99).Told);
    }
}
