using Granary.HostConformance.Tests.Support;

namespace Granary.HostConformance.Tests.Timers;

[Collection(SharedHost.Name)]
public sealed class TimerTests(HostFixture host)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_timer_ticks_when_due_and_then_every_period()
    {
        var grain = host.Grain<ITimerGrain>(_id);
        await grain.Start(2 * Second, Second, interleave: false).Within();
        host.Time.Advance(Second);
        Assert.Equal(0, await grain.Ticks().Within());
        for (var tick = 1; tick <= 3; tick++)
            await Tick(grain, tick);
        await grain.Stop().Within();
        host.Time.Advance(10 * Second);
        Assert.Equal(3, await grain.Ticks().Within());
    }

    [Fact]
    public async Task A_timer_with_an_infinite_period_ticks_once()
    {
        var grain = host.Grain<ITimerGrain>(_id);
        await grain.Start(Second, Timeout.InfiniteTimeSpan, interleave: false).Within();
        await Tick(grain, 1);
        host.Time.Advance(10 * Second);
        Assert.Equal(1, await grain.Ticks().Within());
    }

    [Fact]
    public async Task A_tick_waits_for_the_running_request()
    {
        var grain = host.Grain<ITimerGrain>(_id);
        await grain.Start(Second, Timeout.InfiniteTimeSpan, interleave: false).Within();
        var held = grain.Hold(_id + "in", _id + "out");
        await Barriers.Wait(_id + "in");
        host.Time.Advance(2 * Second);
        Assert.False(Barriers.IsOpen(_id + "/1"));
        Barriers.Open(_id + "out");
        await held.Within();
        await Barriers.Wait(_id + "/1");
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        var grain = host.Grain<ITimerGrain>(_id);
        await grain.Start(Second, Timeout.InfiniteTimeSpan, interleave: true).Within();
        var held = grain.Hold(_id + "in", _id + "out");
        await Barriers.Wait(_id + "in");
        host.Time.Advance(2 * Second);
        await Barriers.Wait(_id + "/1");
        Assert.False(held.IsCompleted);
        Barriers.Open(_id + "out");
        await held.Within();
    }

    [Fact]
    public async Task A_tick_that_fails_does_not_end_the_timer()
    {
        var grain = host.Grain<ITimerGrain>(_id);
        await grain.StartFailing(Second, Second).Within();
        await Tick(grain, 1);
        await Tick(grain, 2);
        await grain.Stop().Within();
    }

    [Fact]
    public async Task A_disposed_timer_cancels_the_token_of_its_tick()
    {
        var grain = host.Grain<ITimerGrain>(_id);
        await grain.StartThatEnds(Second, _id + "ended").Within();
        await Tick(grain, 1);
        Assert.True(Barriers.IsOpen(_id + "ended"));
        host.Time.Advance(10 * Second);
        Assert.Equal(1, await grain.Ticks().Within());
    }

    /// <summary>Moves the clock until the tick has come: the next is armed only when the last is done.</summary>
    private Task Tick(ITimerGrain grain, int number) => Bounded.Until(
        async () =>
        {
            if (await grain.Ticks() < number)
                host.Time.Advance(Second / 4);
            return await grain.Ticks() >= number;
        },
        $"tick {number}");
}
