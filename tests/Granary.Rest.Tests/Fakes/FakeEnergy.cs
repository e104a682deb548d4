using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

/// <summary>One node of 60 W, and a plan that parks it.</summary>
internal sealed class FakeEnergy(FakeCluster cluster) : IEnergyGrain
{
    public EnergyApply? Applied { get; private set; }

    public Task<EnergyReport> Report(EnergyQuery query)
    {
        cluster.Check();
        return Task.FromResult(new EnergyReport(query.From ?? cluster.Now.AddHours(-1), query.To ?? cluster.Now,
            [new("n1", double.NaN, 3600, 1200, 1800, 90, ReadingSource.Estimated)], [new("safety", 1800, 90)], 60, 3600, double.NaN, double.NaN, double.NaN));
    }

    public Task<EnergyPlanView> Plan(double target)
    {
        cluster.Check();
        if (target is not (> 0 and <= 1)) throw GranaryException.Invalid("a target is above 0 to 1");
        return Task.FromResult(new EnergyPlanView(60, target, 55, [new("park", "n1", null, 55, 0, "holds nothing", "")], false, "", null, null));
    }

    public async Task<EnergyPlanView> Apply(EnergyApply request) => await Plan((Applied = request).Target) with { AppliedAt = cluster.Now };

    public Task<EnergyPlanView?> Active() => Task.FromResult<EnergyPlanView?>(null);

    public Task<EnergyPlanView?> Restore() => Task.FromResult<EnergyPlanView?>(null);

    public Task<PowerSetting?> Order(string node, PowerKnobs knobs, string refused) => throw new InvalidOperationException("REST does not call this");
}
