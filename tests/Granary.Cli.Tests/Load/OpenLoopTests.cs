using Granary.Cli.Load;

namespace Granary.Cli.Tests.Load;

/// <summary>The loop in virtual time: one call is answered after another, as by a server with one thread.</summary>
public sealed class OpenLoopTests
{
    /// <summary>
    /// 1,000 calls a second for 5 s against a server that answers at once and stands still for one second. One caller that waits for each answer
    /// finds one slow call of 5,000; counted from when calls were meant to begin, a fifth of them was held up, by up to a second.
    /// </summary>
    [Fact]
    public async Task AServerThatStandsStillIsChargedWithAllThatItHeldUp()
    {
        var time = new VirtualTime();
        var record = new LoadRecord();
        var stalled = false;
        var loop = new OpenLoop(time, mostUnderWay: 1).RunAsync(
            ArrivalSchedule.Constant(1000), TimeSpan.FromSeconds(5), _ => (LoadCall.Submit, Answer), record, TestContext.Current.CancellationToken);
        time.RunUntil(loop);
        var report = record.Report(1000, await loop, 1);

        Assert.Equal(5000, report.Response.Count);
        Assert.InRange(report.Response.P99, 900_000, 1_010_000);
        Assert.InRange(report.Response.Max, 990_000, 1_010_000);
        Assert.InRange(report.Service.P99, 0, 1_000);
        Assert.InRange(report.Service.Max, 990_000, 1_010_000);

        async Task<string?> Answer()
        {
            if (stalled || time.Elapsed < TimeSpan.FromSeconds(2)) return null;
            stalled = true;
            await Task.Delay(TimeSpan.FromSeconds(1), time).ConfigureAwait(false);
            return null;
        }
    }

    [Fact]
    public async Task CallsBeginThoughThoseBeforeAreNotAnswered()
    {
        var time = new VirtualTime();
        var record = new LoadRecord();
        var (underWay, most) = (0, 0);
        var loop = new OpenLoop(time, mostUnderWay: 1000).RunAsync(
            ArrivalSchedule.Constant(100), TimeSpan.FromSeconds(3), n => (LoadCall.Query, () => Answer(n)), record, TestContext.Current.CancellationToken);
        time.RunUntil(loop);
        var report = record.Report(100, await loop, 1);

        Assert.InRange(most, 99, 101);
        Assert.Equal(270, report.Response.Count);
        Assert.Equal(30, report.Errors["refused"]);
        Assert.InRange(report.Response.P50, 1_000_000, 1_020_000);
        Assert.InRange(report.Elapsed.TotalSeconds, 3.9, 4.1);

        async Task<string?> Answer(long n)
        {
            most = Math.Max(most, ++underWay);
            await Task.Delay(TimeSpan.FromSeconds(1), time).ConfigureAwait(false);
            underWay--;
            return n % 10 == 0 ? "refused" : null;
        }
    }

    [Fact]
    public async Task WhatIsNeverAnsweredIsCounted()
    {
        var time = new VirtualTime();
        var record = new LoadRecord();
        var never = new TaskCompletionSource<string?>();
        var loop = new OpenLoop(time, mostUnderWay: 1000).RunAsync(
            ArrivalSchedule.Constant(10), TimeSpan.FromSeconds(1), n => (LoadCall.Wait, () => n < 4 ? never.Task : Task.FromResult<string?>(null)), record,
            TestContext.Current.CancellationToken);
        time.RunUntil(loop);
        var report = record.Report(10, await loop, 1);
        Assert.Equal(6, report.Response.Count);
        Assert.Equal(4, report.Errors["unanswered"]);
    }

    /// <summary>A clock that goes from timer to timer; whoever waits goes on within the step.</summary>
    private sealed class VirtualTime : TimeProvider
    {
        private readonly PriorityQueue<Timer, long> _timers = new();
        private long _now;

        public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }

        public void RunUntil(Task task)
        {
            while (!task.IsCompleted && _timers.TryDequeue(out var timer, out var due))
            {
                if (timer.Due != due) continue;
                _now = Math.Max(_now, due);
                timer.Due = -1;
                timer.Callback(timer.State);
            }
            Assert.True(task.IsCompleted);
        }

        private sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer
        {
            public TimerCallback Callback => callback;

            public object? State => state;

            public long Due { get; set; } = -1;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                Due = dueTime < TimeSpan.Zero ? -1 : time._now + dueTime.Ticks;
                if (Due >= 0) time._timers.Enqueue(this, Due);
                return true;
            }

            public void Dispose() => Due = -1;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
