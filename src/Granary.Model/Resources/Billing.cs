namespace Granary.Model;

/// <summary>
/// One number for an amount of several resources, by weights: what a task costs where one price is wanted for all of it. Source: Slurm, trackable resources
/// (TRESBillingWeights; the maximum is its PriorityFlags=MAX_TRES).
/// </summary>
public static class Billing
{
    /// <summary>The weighted sum: everything is paid for.</summary>
    /// <param name="amount">What is held or asked for.</param>
    /// <param name="weights">Per unit: a core, a GiB of memory, a GPU, a Mbit/s, a MiB/s, a unit of a custom resource; what is not named is free.</param>
    public static double Sum(ResourceSet amount, IReadOnlyDictionary<string, double> weights) => Parts(amount, weights).Sum();

    /// <summary>The largest weighted amount: what is held of the scarcest resource is paid for, the rest is free with it.</summary>
    public static double Maximum(ResourceSet amount, IReadOnlyDictionary<string, double> weights) => Parts(amount, weights).DefaultIfEmpty().Max();

    private static IEnumerable<double> Parts(ResourceSet amount, IReadOnlyDictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(amount);
        ArgumentNullException.ThrowIfNull(weights);
        return amount.Named().Select(a => weights.GetValueOrDefault(a.Name) * a.Amount / UnitOf(a.Name));
    }

    /// <summary>Base units of the model in one unit that people name.</summary>
    private static double UnitOf(string name) => name switch
    {
        ResourceNames.Memory or ResourceNames.GpuMemory => 1024,
        ResourceNames.Network or ResourceNames.Storage => 1,
        _ => 1000,
    };
}
