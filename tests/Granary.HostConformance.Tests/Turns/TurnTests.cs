using Granary.HostConformance.Tests.Support;

namespace Granary.HostConformance.Tests.Turns;

[Collection(SharedHost.Name)]
public sealed class TurnTests(HostFixture host)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Requests_run_one_at_a_time_across_their_awaits()
    {
        var grain = host.Grain<ITurnGrain>();
        var calls = Enumerable.Range(0, 200).Select(_ => grain.IncrementSlowly()).ToArray();
        Assert.Equal(200, (await Task.WhenAll(calls).Within()).Max());
    }

    [Fact]
    public async Task Awaits_come_back_to_the_turn() => Assert.True(await host.Grain<ITurnGrain>().ComesBackAfterAwaits().Within());

    [Fact]
    public async Task Tasks_that_a_turn_starts_belong_to_it() => Assert.True(await host.Grain<ITurnGrain>().StartedTasksStay().Within());

    [Fact]
    public async Task Task_Run_leaves_the_turn() => Assert.True(await host.Grain<ITurnGrain>().LeavesWithTaskRun().Within());

    [Fact]
    public async Task A_request_waits_while_another_awaits()
    {
        var grain = host.Grain<ITurnGrain>();
        var held = grain.Hold(_id + "in", _id + "out");
        await Barriers.Wait(_id + "in");
        var mark = grain.Mark();
        for (var i = 0; i < 20; i++)
            Assert.Equal(0, await grain.Marks().Within());
        Barriers.Open(_id + "out");
        await Task.WhenAll(held, mark).Within();
        Assert.Equal(1, await grain.Marks().Within());
    }

    [Fact]
    public async Task Requests_of_a_reentrant_grain_interleave()
    {
        var grain = host.Grain<IReentrantTurnGrain>();
        var held = grain.Hold(_id + "in", _id + "out");
        await Barriers.Wait(_id + "in");
        await grain.Mark().Within();
        Assert.False(held.IsCompleted);
        Barriers.Open(_id + "out");
        await held.Within();
    }

    [Fact]
    public async Task Read_only_requests_interleave_with_each_other_and_keep_others_out()
    {
        var grain = host.Grain<ITurnGrain>();
        var first = grain.HoldReading(_id + "in1", _id + "out1");
        var second = grain.HoldReading(_id + "in2", _id + "out2");
        await Barriers.Wait(_id + "in1");
        await Barriers.Wait(_id + "in2");
        var mark = grain.Mark();
        Assert.Equal(0, await grain.Marks().Within());
        Barriers.Open(_id + "out2");
        Barriers.Open(_id + "out1");
        await Task.WhenAll(first, second, mark).Within();
        Assert.Equal(1, await grain.Marks().Within());
    }

    [Fact]
    public async Task A_read_only_request_waits_for_a_writing_one()
    {
        var grain = host.Grain<ITurnGrain>();
        var writing = grain.Hold(_id + "win", _id + "wout");
        await Barriers.Wait(_id + "win");
        var reading = grain.HoldReading(_id + "rin", _id + "rout");
        Assert.Equal(0, await grain.Marks().Within());
        Assert.False(Barriers.IsOpen(_id + "rin"));
        Barriers.Open(_id + "wout");
        await Barriers.Wait(_id + "rin");
        Barriers.Open(_id + "rout");
        await Task.WhenAll(writing, reading).Within();
    }

    [Fact]
    public async Task Busy_grains_leave_others_their_turn()
    {
        var busy = Enumerable.Range(0, Environment.ProcessorCount * 2)
            .Select(i => host.Grain<ISpinningGrain>().Spin(_id + i, _id + "stop")).ToArray();
        for (var i = 0; i < busy.Length; i++)
            await Barriers.Wait(_id + i);
        var others = Enumerable.Range(0, 50).Select(_ => host.Grain<ITurnGrain>().Marks()).ToArray();
        await Task.WhenAll(others).Within();
        Assert.All(busy, b => Assert.False(b.IsCompleted));
        Barriers.Open(_id + "stop");
        await Task.WhenAll(busy).Within();
    }
}
