using Granary.HostConformance.Tests.Support;

namespace Granary.HostConformance.Tests.Filters;

[Collection(SharedHost.Name)]
public sealed class FilterTests(HostFixture host)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Incoming_filters_wrap_the_grains_own_filter_and_see_the_request()
    {
        Assert.Equal("text own in", await host.Grain<IFilteredGrain>(_id).Say("text").Within());
        Assert.Equal(["in text"], Barriers.Notes(_id));
    }

    [Fact]
    public async Task Outgoing_filters_wrap_the_calls_of_grains()
        => Assert.Equal("text own in out", await host.Grain<IFilteredGrain>().SayThrough(host.Grain<IFilteredGrain>(_id), "text").Within());

    [Fact]
    public async Task A_filter_can_refuse()
        => await Assert.ThrowsAsync<UnauthorizedAccessException>(() => host.Grain<IFilteredGrain>().Say("refuse").Within());

    [Fact]
    public async Task A_filter_can_turn_a_failure_into_a_result()
        => Assert.Equal("caught", await host.Grain<IFilteredGrain>().Say("fail").Within());
}
