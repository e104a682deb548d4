using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Energy;
using Orleans;

namespace Granary.Grains.Energy;

/// <summary>Asks nodes and their telemetry what an energy plan needs to know. What does not answer is left alone by plans.</summary>
internal sealed class EnergyFacts(IGrainFactory grains, TimeProvider clock)
{
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <param name="knobs">Of nodes whose agents may change their machines.</param>
    public async Task<IReadOnlyList<EnergyNode>> NodesAsync(IReadOnlyDictionary<string, PowerKnobs> knobs)
    {
        var names = await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Nodes();
        var nodes = await Task.WhenAll(names.Order(StringComparer.Ordinal).Select(n => NodeAsync(n, knobs.GetValueOrDefault(n))));
        return [.. nodes.OfType<EnergyNode>()];
    }

    private async Task<EnergyNode?> NodeAsync(string name, PowerKnobs? knobs)
    {
        try
        {
            var view = await grains.GetGrain<INodeGrain>(name).Describe();
            if (view.State is NodeState.Declared or NodeState.Lost or NodeState.Down) return null;
            var traits = view.Spec.Traits ?? new();
            var cores = (int)Math.Max(1, (view.Spec.Capacity.CpuMilli + 999) / 1000);
            var model = PowerModel.Of(traits.IdleWatts, traits.BusyWatts, cores);
            var (power, idle, busy) = view.Spec.Simulated ? (null, null, null) : await SampledAsync(name);
            // a simulated node is as busy as what it holds
            var utilization = busy?.Value ?? (view.Spec.Capacity.CpuMilli > 0 ? Math.Min(1, view.Used.CpuMilli / (double)view.Spec.Capacity.CpuMilli) : 0);
            var idleWatts = traits.IdleWatts > 0 ? traits.IdleWatts : idle?.Value ?? model.IdleWatts;
            return new()
            {
                Name = name,
                Pool = view.Spec.Pool,
                Capacity = view.Spec.Capacity,
                Held = view.Used,
                Tasks = view.Tasks,
                Ready = view.State == NodeState.Ready,
                Utilization = utilization,
                Watts = power?.Value ?? model.Watts(utilization),
                IdleWatts = idleWatts,
                BusyWatts = traits.BusyWatts > 0 ? traits.BusyWatts
                    : power is { } p && utilization > 0.05 ? idleWatts + Math.Max(0, p.Value - idleWatts) / utilization : Math.Max(idleWatts, model.BusyWatts),
                Measured = power?.Quality == ReadingSource.Measured,
                Knobs = knobs,
            };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }

    private async Task<(Mean? Power, Mean? Idle, Mean? Busy)> SampledAsync(string node)
    {
        var telemetry = grains.GetGrain<ITelemetryGrain>(node);
        return (await MeanAsync(telemetry, "power"), await MeanAsync(telemetry, "power.idle"), await MeanAsync(telemetry, "cpu"));
    }

    private async Task<Mean?> MeanAsync(ITelemetryGrain telemetry, string metric)
    {
        try
        {
            var now = clock.GetUtcNow();
            var series = await telemetry.Query(new(metric, now - Recent, now, null));
            double sum = 0;
            var count = 0;
            for (var i = 0; i < series.Mean.Length; i++)
                if (series.Count[i] > 0 && float.IsFinite(series.Mean[i])) (sum, count) = (sum + series.Mean[i], count + 1);
            return count == 0 ? null : new(sum / count, series.Quality);
        }
        catch (GranaryException)
        {
            return null; // nothing was sampled yet
        }
    }

    private sealed record Mean(double Value, ReadingSource Quality);
}
