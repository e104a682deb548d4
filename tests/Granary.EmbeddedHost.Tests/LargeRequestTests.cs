using Granary.EmbeddedHost.Gateway;

namespace Granary.EmbeddedHost.Tests;

public sealed class LargeRequestTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task OnlySoManyBytesAreUnderWayAndTheRestTakesTurns()
    {
        var lane = new LargeRequests(new Clock(), 100);
        await lane.EnterAsync(60);
        await lane.EnterAsync(40);
        var (third, fourth) = (lane.EnterAsync(50).AsTask(), lane.EnterAsync(10).AsTask());
        Assert.False(third.IsCompleted);
        Assert.False(fourth.IsCompleted); // though there would be room for it: nobody overtakes
        lane.Leave(40);
        Assert.False(third.IsCompleted);
        lane.Leave(60);
        await third.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await fourth.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(60, lane.UnderWay);
    }

    [Fact]
    public async Task OneThatIsLargerThanAllGoesAlone()
    {
        var lane = new LargeRequests(new Clock(), 100);
        await lane.EnterAsync(500);
        var next = lane.EnterAsync(500).AsTask();
        Assert.False(next.IsCompleted);
        lane.Leave(500);
        await next.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(500, lane.UnderWay);
    }

    [Fact]
    public async Task WhoWaitsBehindALongPollGoesInAfterASecond()
    {
        var clock = new Clock();
        var lane = new LargeRequests(clock, 100);
        await lane.EnterAsync(100);
        var waiting = lane.EnterAsync(100).AsTask();
        Assert.Equal(TimeSpan.FromSeconds(1), clock.Due);
        Assert.False(waiting.IsCompleted);
        clock.Fire();
        await waiting.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(200, lane.UnderWay);
        lane.Leave(100);
        lane.Leave(100);
        Assert.Equal(0, lane.UnderWay);
    }

    /// <summary>Its timers ring when the test says.</summary>
    private sealed class Clock : TimeProvider
    {
        private TimerCallback? _callback;
        private object? _state;

        public TimeSpan Due { get; private set; }

        public void Fire() => _callback!(_state);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, _state, Due) = (callback, state, dueTime);
            return new Nothing();
        }

        private sealed class Nothing : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
