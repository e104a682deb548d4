using Granary.Scheduling.Durations;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Durations;

public class PredictionTests
{
    [Theory]
    [InlineData(5.0, null, 0, 5)]     // what the submitter says
    [InlineData(null, null, 0, 60)]   // nothing known: the default
    [InlineData(null, 10.0, 0, 10)]   // never more than its limit
    [InlineData(null, null, 2, 60)]   // too few past runs
    [InlineData(null, null, 10, 9)]   // 1 to 10 s: the 90th percentile
    [InlineData(null, null, 100, 99)] // the last 16: 85 to 100 s
    public void The_expected_run_time(double? said, double? limit, int runs, double expected)
    {
        var past = new DurationHistory();
        for (var i = 1; i <= runs; i++) past.Add("t", i * Clock.Second, i);
        var spec = Make.Task("a", name: "t") with { Duration = Span(said), TimeLimit = Span(limit) };
        Assert.Equal(expected * Clock.Second, RunTime.Estimate(spec, past, new SchedulerOptions()));
    }

    [Fact]
    public void Names_that_were_not_used_for_long_are_forgotten()
    {
        var past = new DurationHistory();
        for (var i = 0; i < DurationHistory.MaxNames + 5; i++)
            for (var run = 0; run < 3; run++) past.Add($"t{i}", Clock.Second, i);
        Assert.Null(past.Predict("t4", 0.9));
        Assert.Equal(Clock.Second, past.Predict("t5", 0.9));
        Assert.Equal(DurationHistory.MaxNames, past.Rings.Count);
    }

    private static TimeSpan? Span(double? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;
}
