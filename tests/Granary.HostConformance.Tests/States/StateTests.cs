using Granary.HostConformance.Tests.Support;
using Orleans.Storage;

namespace Granary.HostConformance.Tests.States;

[Collection(SharedHost.Name)]
public sealed class StateTests(HostFixture host)
{
    [Fact]
    public async Task A_state_that_was_never_written_is_new()
        => Assert.Equal((0, false, false), await host.Grain<IStateGrain>().Get().Within());

    [Fact]
    public async Task A_written_state_is_there_in_the_next_activation()
    {
        var grain = host.Grain<IStateGrain>();
        Assert.Equal(5, await grain.Add(5).Within());
        await grain.End().Within();
        Assert.Equal(8, await grain.Add(3).Within());
        Assert.Equal((8, true, true), await grain.Get().Within());
    }

    [Fact]
    public async Task A_cleared_state_is_gone()
    {
        var grain = host.Grain<IStateGrain>();
        await grain.Add(5).Within();
        await grain.Clear().Within();
        Assert.Equal((0, false), await ValueAndExists(grain));
        await grain.End().Within();
        Assert.Equal((0, false), await ValueAndExists(grain));
    }

    [Fact]
    public async Task A_write_over_somebody_elses_fails_and_the_next_activation_reads_theirs()
    {
        var grain = host.Grain<IStateGrain>();
        await grain.Add(5).Within();
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => grain.WriteOverAnother().Within());
        Assert.Equal(1001, await grain.Add(1).Within());
    }

    private static async Task<(int, bool)> ValueAndExists(IStateGrain grain)
    {
        var (value, exists, _) = await grain.Get().Within();
        return (value, exists);
    }
}
