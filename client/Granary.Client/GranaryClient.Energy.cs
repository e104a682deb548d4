using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private IEnergyGrain Energy => Cluster.GetGrain<IEnergyGrain>(IEnergyGrain.Key);

    /// <summary>Energy of nodes and agents over a time.</summary>
    /// <exception cref="GranaryException">Invalid: times the wrong way round.</exception>
    public Task<EnergyReport> EnergyAsync(EnergyQuery query, CancellationToken ct = default) => _calls.CallAsync(() => Energy.Report(query), ct);

    /// <summary>What would save so much of the power; nothing is changed.</summary>
    /// <param name="target">Part to save, above 0 to 1.</param>
    public Task<EnergyPlanView> PlanEnergyAsync(double target, CancellationToken ct = default) => _calls.CallAsync(() => Energy.Plan(target), ct);

    /// <summary>Makes such a plan and carries it out.</summary>
    /// <param name="target">Part to save, above 0 to 1.</param>
    /// <param name="lasts">Until everything is put back by itself; null until <see cref="RestoreEnergyAsync"/>.</param>
    /// <exception cref="GranaryException">Refused while another plan is in force.</exception>
    public Task<EnergyPlanView> OptimizeEnergyUsageAsync(double target, TimeSpan? lasts = null, CancellationToken ct = default)
    {
        var request = new EnergyApply(target, Guid.NewGuid().ToString("N"), lasts);
        return _calls.CallAsync(() => Energy.Apply(request), ct);
    }

    /// <summary>The plan in force; null when there is none.</summary>
    public Task<EnergyPlanView?> ActiveEnergyPlanAsync(CancellationToken ct = default) => _calls.CallAsync(() => Energy.Active(), ct);

    /// <summary>Puts back what the plan in force changed; null when there was none.</summary>
    public Task<EnergyPlanView?> RestoreEnergyAsync(CancellationToken ct = default) => _calls.CallAsync(() => Energy.Restore(), ct);
}
