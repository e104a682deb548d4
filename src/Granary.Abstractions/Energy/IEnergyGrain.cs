using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>What machines draw, who for, and what could be saved (one grain, key <see cref="Key"/>). What a plan changed is durable until it was put back.</summary>
[Alias("Granary.IEnergyGrain")]
public interface IEnergyGrain : IGrainWithStringKey
{
    const string Key = "granary";

    /// <summary>Energy of nodes and agents over a time.</summary>
    [Alias("Report")]
    Task<EnergyReport> Report(EnergyQuery query);

    /// <summary>What would save so much of the power now; nothing is changed.</summary>
    /// <param name="target">Part to save, above 0 to 1.</param>
    /// <exception cref="GranaryException">Invalid.</exception>
    [Alias("Plan")]
    Task<EnergyPlanView> Plan(double target);

    /// <summary>Makes a plan of now and carries it out. Returns once what it will change is written down; may be repeated with the same operation.</summary>
    /// <exception cref="GranaryException">Invalid; Refused while another plan is in force.</exception>
    [Alias("Apply")]
    Task<EnergyPlanView> Apply(EnergyApply request);

    /// <summary>The plan in force; null when there is none.</summary>
    [Alias("Active"), ReadOnly]
    Task<EnergyPlanView?> Active();

    /// <summary>Puts everything back that the plan in force changed; the plan it was, null when there was none.</summary>
    [Alias("Restore")]
    Task<EnergyPlanView?> Restore();

    /// <summary>From a node's agent that may change its machine, every few seconds: what it should be set to; null for what it was before. An agent that gets no answer for a minute restores its machine itself.</summary>
    [Alias("Order")]
    Task<PowerSetting?> Order(string node, PowerKnobs knobs, string refused);
}
