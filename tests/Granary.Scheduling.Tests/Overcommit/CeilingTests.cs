using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Overcommit;

public sealed class CeilingTests
{
    [Fact]
    public void A_ceiling_over_one_is_refused_rather_than_ignored()
    {
        var pool = new VirtualPool();
        var error = Assert.Throws<GranaryException>(() => Configure(1.5));
        Assert.Equal("pool default: overcommit ceiling 1.5 is not valid: overcommit by measured use is not built yet; leave it at 1", error.Message);
        Assert.Equal(1, Configure(1).Spec.Policy!.Overcommit!.Ceiling);

        PoolView Configure(double ceiling) => pool.Scheduler.Configure(
            new PoolSpec { Name = "default", Policy = new PoolPolicy { Overcommit = new OvercommitPolicy { Ceiling = ceiling } } }, pool.Now, pool.Events, pool);
    }
}
