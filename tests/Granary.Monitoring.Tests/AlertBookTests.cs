using Granary.Model;

namespace Granary.Monitoring.Tests;

public sealed class AlertBookTests
{
    private static AlertRule Busy(int forSeconds = 0, int clearSeconds = 0, double hysteresis = 0.1) => new()
    {
        Name = "busy",
        Metric = "cpu",
        Warning = 0.8,
        Critical = 0.95,
        For = TimeSpan.FromSeconds(forSeconds),
        ClearFor = TimeSpan.FromSeconds(clearSeconds),
        Hysteresis = hysteresis,
    };

    [Theory]
    [InlineData(0.5, AlertLevel.None)]
    [InlineData(0.79, AlertLevel.None)]
    [InlineData(0.8, AlertLevel.Warning)]
    [InlineData(0.94, AlertLevel.Warning)]
    [InlineData(0.95, AlertLevel.Critical)]
    public void A_level_is_that_of_the_highest_threshold_that_is_reached(double value, AlertLevel level) => Assert.Equal(level, new Clocked(Busy()).Pass(1, value).Level);

    [Fact]
    public void A_saving_that_a_machine_could_not_make_is_told_until_it_is_made()
    {
        var rule = BuiltInRules.All.Single(r => r.Name == "energy-refused");
        var clocked = new Clocked(rule);
        void Refused(int count, int seconds) => clocked.Pass(seconds, c => c.Book.Observe(RuleSubject.Node, "n1", "power.refused", count, c.Now));
        Refused(4, 29);
        Assert.Empty(clocked.Changes); // a plan is set within 20 s
        Refused(4, 3);
        Assert.Equal(AlertLevel.Warning, Assert.Single(clocked.Changes).Level);
        Refused(0, 40);
        Assert.Equal(AlertLevel.None, clocked.Changes[^1].Level);
    }

    [Fact]
    public void A_level_ends_only_when_the_value_is_well_back()
    {
        var clocked = new Clocked(Busy());
        clocked.Pass(1, 0.96);
        Assert.Equal(AlertLevel.Critical, clocked.Pass(1, 0.90).Level); // 0.95 less a tenth is 0.855
        Assert.Equal(AlertLevel.Warning, clocked.Pass(1, 0.85).Level);
        Assert.Equal(AlertLevel.Warning, clocked.Pass(1, 0.73).Level); // 0.8 less a tenth is 0.72
        Assert.Equal(AlertLevel.None, clocked.Pass(1, 0.71).Level);
        Assert.Equal([AlertLevel.Critical, AlertLevel.Warning, AlertLevel.None], clocked.Changes.Select(c => c.Level));
        Assert.Equal(AlertLevel.Warning.ToString(), clocked.Changes[^1].Labels["level"]);
    }

    [Fact]
    public void It_must_last_without_a_break_and_be_over_as_long()
    {
        var clocked = new Clocked(Busy(forSeconds: 60, clearSeconds: 30));
        clocked.Pass(59, 0.9).Pass(1, 0.1).Pass(59, 0.9);
        Assert.Empty(clocked.Changes);
        clocked.Pass(3, 0.9);
        Assert.Equal(AlertLevel.Warning, clocked.Level);
        clocked.Pass(29, 0.1).Pass(1, 0.9).Pass(29, 0.1);
        Assert.Equal(AlertLevel.Warning, clocked.Level);
        Assert.Equal(AlertLevel.None, clocked.Pass(3, 0.1).Level);
    }

    [Fact]
    public void A_short_peak_does_not_raise_the_level_and_a_long_one_does()
    {
        var clocked = new Clocked(Busy(forSeconds: 60));
        clocked.Pass(70, 0.9).Pass(30, 0.99).Pass(10, 0.9);
        Assert.Equal(AlertLevel.Warning, clocked.Level);
        Assert.Equal(AlertLevel.Critical, clocked.Pass(70, 0.99).Level);
        Assert.Equal(clocked.Changes[0].Since, clocked.Changes[^1].Since); // one alert, from its beginning
    }

    [Fact]
    public void A_disk_that_fills_up_is_told_of_before_it_is_full_whatever_some_samples_say()
    {
        var clocked = new Clocked(BuiltInRules.All.Single(r => r.Name == "disk-full-soon"));
        var random = new Random(1);
        // from half full, so that it is full three hours after the beginning; now and then a sample is nonsense
        clocked.Pass(1800, c => c.Book.Observe(RuleSubject.Node, "n1", "filesystem.used/data", random.Next(20) == 0 ? random.NextDouble() : 0.5 + 0.5 * c.Seconds / 10800 + 0.001 * random.NextDouble(), c.Now));
        var alert = Assert.Single(clocked.Book.Firing);
        Assert.Equal((AlertLevel.Critical, "n1", "data"), (alert.Level, alert.Labels["node"], alert.Labels["thing"]));
        Assert.Contains("reaches 1 in 2h", clocked.Changes.First(c => c.Level == AlertLevel.Critical).Summary, StringComparison.Ordinal);
        // the growth ends: so does the alert, when the window has forgotten it
        clocked.Pass(3600, c => c.Book.Observe(RuleSubject.Node, "n1", "filesystem.used/data", 0.6 + 0.001 * random.NextDouble(), c.Now));
        Assert.Equal(AlertLevel.None, clocked.Level);
    }

    [Fact]
    public void Noise_without_a_direction_is_no_trend()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var clocked = new Clocked(BuiltInRules.All.Single(r => r.Name == "disk-full-soon"));
            var random = new Random(seed);
            clocked.Pass(3600, c => c.Book.Observe(RuleSubject.Node, "n1", "filesystem.used/data", 0.5 + 0.01 * random.NextDouble(), c.Now));
            Assert.DoesNotContain(clocked.Changes, c => c.Level > AlertLevel.Warning);
        }
    }

    [Fact]
    public void A_node_that_falls_silent_is_told_of_and_one_that_is_gone_is_not()
    {
        var clocked = new Clocked(BuiltInRules.All.Single(r => r.Name == "node-silent"));
        clocked.Pass(10, c => c.Book.Heard(RuleSubject.Node, "n1", c.Now)).Pass(29);
        Assert.Empty(clocked.Book.Firing);
        clocked.Pass(3);
        Assert.Equal(AlertLevel.Error, clocked.Level);
        clocked.Book.Exists(RuleSubject.Node, new HashSet<string>(), clocked.Now);
        clocked.Pass(1);
        Assert.Empty(clocked.Book.Firing);
        Assert.Single(clocked.Book.Ended);
    }

    [Fact]
    public void A_series_of_which_nothing_comes_any_more_ends()
    {
        var clocked = new Clocked(Busy()).Pass(5, 0.9).Pass((int)AlertBook.GoneAfter.TotalSeconds + 2);
        Assert.Empty(clocked.Book.Firing);
    }

    [Fact]
    public void Late_and_odd_values_change_nothing()
    {
        var clocked = new Clocked(Busy()).Pass(5, 0.1);
        clocked.Book.Observe(RuleSubject.Node, "n1", "cpu", 0.99, Clocked.Start);
        clocked.Book.Observe(RuleSubject.Node, "n1", "cpu", double.NaN, clocked.Now);
        clocked.Book.Observe(RuleSubject.Node, "n1", "unknown", 99, clocked.Now);
        Assert.Empty(clocked.Pass(1).Changes);
    }

    [Fact]
    public void What_fired_before_a_restart_still_fires_under_its_id_with_what_people_did()
    {
        var before = new Clocked(Busy(forSeconds: 60, clearSeconds: 10)).Pass(70, 0.9);
        var id = before.Book.Firing.Single().Id;
        before.Book.Acknowledge(id[..4], "ann", "looking", undo: false);
        before.Book.Silence([new("node", "n9")], before.Now, before.Now.AddHours(1), "ann", "", before.Now);

        var after = new Clocked(Busy(forSeconds: 60, clearSeconds: 10));
        after.Book.Restore(before.Book.Firing, before.Book.Ended, before.Book.Silences, after.Now);
        var alert = after.Pass(5, 0.9).Book.Firing.Single();
        Assert.Equal((id, "ann", "looking", AlertLevel.Warning), (alert.Id, alert.AcknowledgedBy, alert.Comment, alert.Level));
        Assert.Empty(after.Changes);
        Assert.Single(after.Book.Silences);
        Assert.Equal(AlertLevel.None, after.Pass(15, 0.1).Level);
    }

    [Fact]
    public void An_alert_that_gets_worse_is_nobodys_again()
    {
        var clocked = new Clocked(Busy()).Pass(2, 0.9);
        clocked.Book.Acknowledge(clocked.Book.Firing.Single().Id, "ann", "", undo: false);
        Assert.Equal("ann", clocked.Pass(2, 0.9).Book.Firing.Single().AcknowledgedBy);
        Assert.Equal("", clocked.Pass(2, 0.99).Book.Firing.Single().AcknowledgedBy);
    }

    [Theory]
    [InlineData("node=n1", true)]
    [InlineData("node=n*", true)]
    [InlineData("node=!n1", false)]
    [InlineData("node=!x*", true)]
    [InlineData("rule=busy,level=Warning", true)]
    [InlineData("rule=busy,level=Critical", false)]
    [InlineData("pool=default", false)]
    public void A_silence_matches_when_all_its_labels_do(string matchers, bool matches)
    {
        var clocked = new Clocked(Busy()).Pass(1, 0.9);
        clocked.Book.Silence([.. matchers.Split(',').Select(m => new LabelMatcher(m.Split('=')[0], m.Split('=')[1]))], clocked.Now, clocked.Now.AddMinutes(1), "ann", "", clocked.Now);
        Assert.Equal(matches, clocked.Book.Seen(clocked.Book.Firing.Single(), clocked.Now).SilencedBy.Length > 0);
        clocked.Pass(61, 0.9);
        Assert.Empty(clocked.Book.Silences);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        var book = new Clocked(Busy()).Book;
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => book.Acknowledge("abc", "ann", "", false)).Code);
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => book.Expire("s1")).Code);
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<GranaryException>(() => book.Silence([], Clocked.Start, Clocked.Start.AddHours(1), "", "", Clocked.Start)).Code);
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<GranaryException>(() => book.Silence([new("a", "b")], Clocked.Start, Clocked.Start, "", "", Clocked.Start)).Code);
    }

    [Fact]
    public void Rules_that_make_no_sense_are_refused_by_name()
    {
        void Wrong(AlertRule rule, string part) => Assert.Contains(part, Assert.Throws<GranaryException>(() => new RuleSet([rule], [])).Message, StringComparison.Ordinal);
        Wrong(Busy() with { Name = "a b" }, "'a b'");
        Wrong(Busy() with { Metric = "" }, "rule busy: has no metric");
        Wrong(Busy() with { Warning = null, Critical = null }, "has no threshold");
        Wrong(Busy() with { Warning = 0.99 }, "must rise");
        Wrong(Busy() with { Kind = RuleKind.Below }, "must fall");
        Wrong(Busy() with { Metric = "task.cpu/*" }, "single tasks");
        Wrong(Busy() with { Hysteresis = 1 }, "hysteresis");
        Wrong(Busy() with { Kind = RuleKind.Silent, Subject = RuleSubject.Pool }, "subject to node");
        Assert.Contains("2 times", Assert.Throws<GranaryException>(() => new RuleSet([Busy(), Busy()], [])).Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'disk-full'", Assert.Throws<GranaryException>(() => new RuleSet([], ["disk-ful"])).Message, StringComparison.Ordinal);
        Assert.Equal(0.5, new RuleSet([Busy() with { Name = "node-cpu", Warning = 0.5 }], []).All.Single(r => r.Name == "node-cpu").Warning);
        Assert.All(BuiltInRules.All, r => r.Validate());
    }
}
