using Granary.HostConformance.Tests.Support;

namespace Granary.HostConformance.Tests.Reminders;

[Collection(SharedHost.Name)]
public sealed class ReminderTests(HostFixture host)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_reminder_ticks_and_wakes_a_grain_that_has_ended()
    {
        var grain = host.Grain<IReminderGrain>(_id);
        await grain.Register("wake", Minute, 2 * Minute).Within();
        await grain.End().Within();
        await Ticks(1);
        await Ticks(2);
        Assert.All(Barriers.Notes(_id), line => Assert.Equal("wake 00:02:00", line));
        await grain.Unregister("wake").Within();
    }

    [Fact]
    public async Task A_removed_reminder_is_gone()
    {
        var grain = host.Grain<IReminderGrain>(_id);
        await grain.Register("a", Minute, Minute).Within();
        await grain.Register("b", Minute, Minute).Within();
        Assert.Equal(["a", "b"], (await grain.Names().Within()).Order());
        await grain.Unregister("a").Within();
        Assert.False(await grain.Has("a").Within());
        Assert.True(await grain.Has("b").Within());
        await grain.Unregister("b").Within();
        host.Time.Advance(10 * Minute);
        Assert.Empty(await grain.Names().Within());
    }

    [Fact]
    public async Task A_period_below_the_minimum_is_refused()
        => await Assert.ThrowsAnyAsync<ArgumentException>(() => host.Grain<IReminderGrain>(_id).Register("fast", Minute, TimeSpan.FromSeconds(1)).Within());

    private Task Ticks(int count) => Bounded.Until(
        () =>
        {
            if (Barriers.Notes(_id).Length < count)
                host.Time.Advance(Minute / 4);
            return Barriers.Notes(_id).Length >= count;
        },
        $"tick {count} of the reminder");
}
