using Granary.HostConformance.Tests.Support;

namespace Granary.HostConformance.Tests.Timeouts;

[Collection(SharedHost.Name)]
public sealed class TimeoutTests(HostFixture host)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_call_without_a_response_ends_in_a_timeout()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => host.Grain<IChainGrain>().Hang(_id).Within());
        Barriers.Open(_id);
    }

    [Fact]
    public async Task A_cycle_of_calls_deadlocks_and_ends_in_a_timeout()
    {
        var first = host.Grain<IChainGrain>();
        await Assert.ThrowsAsync<TimeoutException>(() => first.CallThroughCycle(host.Grain<IChainGrain>(), allowReentrancy: false).Within());
        Assert.Equal("answer", await first.Answer().Within());
    }

    [Fact]
    public async Task A_cycle_that_allows_its_own_chain_to_re_enter_completes()
        => Assert.Equal("answer", await host.Grain<IChainGrain>().CallThroughCycle(host.Grain<IChainGrain>(), allowReentrancy: true).Within());
}
