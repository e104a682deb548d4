using Granary.Access.Turns;

namespace Granary.Access.Tests;

public sealed class LargeRequestTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Clock _clock = new();
    private readonly object _flood = new();
    private readonly object _other = new();

    [Fact]
    public async Task OnlySoManyBytesAreUnderWayAndTheRestTakesTurns()
    {
        var lane = Lane(bytesAtOnce: 100);
        var (first, second) = (await lane.EnterAsync(_flood, 60), await lane.EnterAsync(_other, 40));
        var (third, fourth) = (lane.EnterAsync(_flood, 50).AsTask(), lane.EnterAsync(_other, 10).AsTask());
        Assert.False(third.IsCompleted);
        Assert.False(fourth.IsCompleted); // though there would be room for it: nobody overtakes
        lane.Leave(second);
        Assert.False(third.IsCompleted);
        lane.Leave(first);
        await Come(third);
        await Come(fourth);
        Assert.Equal(60, lane.UnderWay);
    }

    [Fact]
    public async Task OneThatIsLargerThanAllGoesAlone()
    {
        var lane = Lane(bytesAtOnce: 100);
        var first = await lane.EnterAsync(_flood, 500);
        var next = lane.EnterAsync(_flood, 500).AsTask();
        Assert.False(next.IsCompleted);
        lane.Leave(first);
        await Come(next);
        Assert.Equal(500, lane.UnderWay);
    }

    [Fact]
    public async Task OneThatComesLaterWaitsForOneOfAFloodAndNotForAllOfIt()
    {
        var lane = Lane(bytesAtOnce: 100);
        var first = await lane.EnterAsync(new object(), 100, client: _flood);
        var flood = Enumerable.Range(0, 10).Select(_ => lane.EnterAsync(new object(), 100, client: _flood).AsTask()).ToList();
        var other = lane.EnterAsync(_other, 100).AsTask();
        lane.Leave(first);
        var second = await Come(flood[0]);
        Assert.False(other.IsCompleted);
        lane.Leave(second);
        await Come(other);
        Assert.False(flood[1].IsCompleted);
        Assert.Equal(9, lane.Waiting);
    }

    [Fact]
    public async Task WhatCountsWithAnotherTurnIsFollowedByNoRest()
    {
        var lane = Lane(bytesAtOnce: 64 * 1024, share: 0.25);
        lane.Served(_other);
        var turn = await lane.EnterAsync(_flood, 64 * 1024);
        var next = lane.EnterAsync(_flood, 64 * 1024).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        lane.LeaveWithoutRest(turn);
        await Come(next);
        lane.LeaveWithoutRest(turn); // a second time is nothing
        Assert.Equal(64 * 1024, lane.UnderWay);
    }

    [Fact]
    public async Task ALongPollCountsNoMoreAfterASecond()
    {
        var lane = Lane(bytesAtOnce: 100);
        var poll = await lane.EnterAsync(_flood, 100);
        var (waiting, behind) = (lane.EnterAsync(_flood, 100).AsTask(), lane.EnterAsync(_other, 100).AsTask());
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var turn = await Come(waiting);
        Assert.False(behind.IsCompleted); // one has gone by the clock, not all who wait
        Assert.Equal(100, lane.UnderWay);
        lane.Leave(poll);
        Assert.Equal(100, lane.UnderWay);
        lane.Leave(turn);
        lane.Leave(await Come(behind));
        Assert.Equal(0, lane.UnderWay);
    }

    [Fact]
    public async Task WhileOthersAreServedWhatItTookIsFollowedByARest()
    {
        var lane = Lane(bytesAtOnce: 64 * 1024, share: 0.25);
        lane.Served(_other);
        var turn = await lane.EnterAsync(_flood, 64 * 1024);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        lane.Leave(turn);
        var next = lane.EnterAsync(_flood, 64 * 1024).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(5));
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1)); // three times what it took: a quarter of the time is its own
        await Come(next);
    }

    [Fact]
    public async Task WhatItCostBeforeItsTurnCountsToo()
    {
        var lane = Lane(bytesAtOnce: 64 * 1024, share: 0.25);
        lane.Served(_other);
        lane.Leave(await lane.EnterAsync(_flood, 64 * 1024), before: TimeSpan.FromMilliseconds(1));
        var next = lane.EnterAsync(_flood, 64 * 1024).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await Come(next);
    }

    [Theory]
    [InlineData(false, 64 * 1024)] // nobody else
    [InlineData(true, 1000)] // no batch
    public async Task ThereIsNoRest(bool others, int bytes)
    {
        var lane = Lane(bytesAtOnce: 64 * 1024, share: 0.25);
        lane.Served(_flood); // itself: that is nobody else
        if (others) lane.Served(_other);
        var turn = await lane.EnterAsync(_flood, bytes);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        lane.Leave(turn);
        Assert.True(lane.EnterAsync(_flood, bytes).IsCompleted);
    }

    [Fact]
    public async Task NobodyRestsForWhoWasServedLongAgo()
    {
        var lane = Lane(bytesAtOnce: 64 * 1024, share: 0.25);
        lane.Served(_other);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var turn = await lane.EnterAsync(_flood, 64 * 1024);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        lane.Leave(turn);
        Assert.True(lane.EnterAsync(_flood, 64 * 1024).IsCompleted);
    }

    /// <summary>Else a poll of 20 s would be followed by a minute.</summary>
    [Fact]
    public async Task OfAWaitOnlyWhatItsSizeExplainsCounts()
    {
        var lane = Lane(bytesAtOnce: 64 * 1024, share: 0.25);
        var turn = await lane.EnterAsync(_flood, 64 * 1024);
        _clock.Advance(TimeSpan.FromMilliseconds(900));
        lane.Served(_other);
        lane.Leave(turn);
        var next = lane.EnterAsync(_flood, 64 * 1024).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(29));
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await Come(next);
    }

    private LargeRequests Lane(int bytesAtOnce, double share = 1) => new(_clock, bytesAtOnce, share);

    private static Task<LargeRequests.Turn> Come(Task<LargeRequests.Turn> turn) => turn.WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>Time that passes when the test says, in steps of a millisecond.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly List<Alarm> _alarms = [];
        private long _now;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time)
        {
            for (var end = _now + (long)time.TotalMicroseconds; _now < end;)
            {
                _now += 1000;
                foreach (var alarm in _alarms.Where(a => a.At <= _now).ToList()) alarm.Ring();
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var alarm = new Alarm(this, callback, state);
            _alarms.Add(alarm);
            alarm.Change(dueTime, period);
            return alarm;
        }

        private sealed class Alarm(Clock clock, TimerCallback callback, object? state) : ITimer
        {
            public long At { get; private set; } = long.MaxValue;

            public void Ring()
            {
                At = long.MaxValue;
                callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                At = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock._now + (long)dueTime.TotalMicroseconds;
                return true;
            }

            public void Dispose() => clock._alarms.Remove(this);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
