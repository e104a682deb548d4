using Granary.Execution.Caching;
using Granary.Execution.Energy;
using Granary.Execution.Telemetry;
using Granary.Hardware;
using Granary.Hardware.Energy;
using Granary.Hardware.Energy.Controls;
using Granary.Model;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Silo.Energy;

/// <summary>What a node tells of itself second by second, and what it lets plans change: the same for a local node and one alone.</summary>
internal static class NodeSampling
{
    public static TelemetryPublisher Telemetry(
        IGrainFactory grains, string node, TelemetryOptions options, EnergySettings energy, PowerOrders orders, TaskCache cache, NodeSettings settings, string data, TimeProvider time, ILogger<TelemetryPublisher> log)
    {
        var owners = new TaskOwners();
        AcceleratorSource? accelerators = null;
        List<Func<SampleRow, ITelemetrySource>> sources = [row => new FileSystemSource(row, "data", data), _ => new TaskCacheSource(cache), row => accelerators = new(row, AcceleratorSources.Of(SystemRoot.Machine, [.. DeclaredAccelerator.Parse(settings.Accelerators)]))];
        var model = PowerModel.Of(energy.IdleWatts, energy.BusyWatts, Environment.ProcessorCount);
        if (energy.Enabled) sources.Add(row => new EnergySource(SystemRoot.Machine, row, model, accelerators!, owners));
        if (energy.AllowControl) sources.Add(row => new CountSource(row, "power.refused", () => orders.NotMade));
        return new(grains, node, options, time, log, owners, sources);
    }

    /// <param name="directory">Of the node; what was changed is written down there.</param>
    public static PowerOrders Orders(IGrainFactory grains, string node, string directory, EnergySettings energy, TimeProvider time, ILogger<PowerOrders> log)
    {
        Directory.CreateDirectory(directory);
        return new(grains, node, new(SystemRoot.Machine, new PowerLedger(Path.Combine(directory, "power.json"))), energy.AllowControl, time, log);
    }
}
