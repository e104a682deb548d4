using Granary.HostConformance.Tests.Support;

namespace Granary.HostConformance.Tests.Lifecycles;

[Collection(SharedHost.Name)]
public sealed class LifecycleTests(HostFixture host)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_grain_is_activated_once_and_again_after_it_ended()
    {
        var grain = host.Grain<ILifeGrain>(_id);
        Assert.Equal(1, await grain.Activation().Within());
        Assert.Equal(1, await grain.Activation().Within());
        await grain.End().Within();
        await Bounded.Until(() => Barriers.Notes(_id).Contains("deactivate ApplicationRequested"), "the deactivation");
        Assert.Equal(2, await grain.Activation().Within());
        Assert.Equal(["activate", "deactivate ApplicationRequested", "activate"], Barriers.Notes(_id));
    }

    [Fact]
    public async Task Ending_waits_for_the_running_request_and_later_ones_go_to_the_next_activation()
    {
        var grain = host.Grain<ILifeGrain>(_id);
        var ending = grain.EndAfter(_id + "in", _id + "out");
        await Barriers.Wait(_id + "in");
        var next = grain.Activation();
        Barriers.Open(_id + "out");
        await ending.Within();
        Assert.Equal(2, await next.Within());
        Assert.Equal(["activate", "done", "deactivate ApplicationRequested", "activate"], Barriers.Notes(_id));
    }

    [Fact]
    public async Task An_activation_that_fails_gives_its_exception_to_the_caller_and_the_next_call_tries_again()
    {
        var grain = host.Grain<IFailingGrain>(_id);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Answer().Within());
        Assert.Contains("not yet", failure.Message);
        Barriers.Open(_id);
        Assert.Equal("answer", await grain.Answer().Within());
    }

    [Fact]
    public async Task Services_come_in_by_the_constructor() => Assert.Equal("hello HELLO", await host.Grain<ILifeGrain>().Greet().Within());
}
