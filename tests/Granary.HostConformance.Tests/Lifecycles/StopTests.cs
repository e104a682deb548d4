using Granary.HostConformance.Tests.Support;

namespace Granary.HostConformance.Tests.Lifecycles;

public sealed class StopTests
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_graceful_stop_waits_for_the_running_request_and_ends_every_activation()
    {
        var host = new HostFixture();
        await host.InitializeAsync();
        await host.Grain<ILifeGrain>(_id).Activation().Within();
        var running = host.Grain<Turns.ITurnGrain>().Hold(_id + "in", _id + "out");
        await Barriers.Wait(_id + "in");
        var stop = host.Cluster.StopSiloAsync(host.Cluster.Silos[0]);
        await Bounded.Until(() => Barriers.Notes(_id).Contains("deactivate ShuttingDown"), "the end of the idle activation");
        Assert.False(stop.IsCompleted);
        Barriers.Open(_id + "out");
        await stop.Within();
        await ((Task)running).ContinueWith(static t => t.Exception, TaskScheduler.Default).Within();
        await host.DisposeAsync();
    }
}
