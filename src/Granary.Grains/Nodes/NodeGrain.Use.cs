using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Nodes;

/// <summary>What the machine uses, for a pool that gives away what is held and not used.</summary>
public sealed partial class NodeGrain
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);

    private DateTimeOffset _tellUseAt;
    private bool _tellingUse;

    /// <summary>Tells the pool as often as it wants to know. Not waited for: a pool that is slow holds up no heartbeat, and the next sample says it again.</summary>
    private async Task TellUseAsync(NodeSample sample)
    {
        var now = clock.GetUtcNow();
        if (_tellingUse || now < _tellUseAt || state.State.Spec is not { } spec) return;
        _tellingUse = true;
        try
        {
            _tellUseAt = now + await grains.GetGrain<IPoolGrain>(spec.Pool).Measured(_name, CpuMilli(sample, spec), sample.MemoryUsedMiB);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _tellUseAt = now + PauseAfterFailure;
            LogUseNotTold(log, _name, spec.Pool, e.Message);
        }
        finally
        {
            _tellingUse = false;
        }
    }

    /// <summary>Busy CPU: the busy part of the machine's cores; of the declared capacity where the agent does not say how many they are.</summary>
    private static long CpuMilli(NodeSample sample, NodeSpec spec) =>
        (long)Math.Ceiling(Math.Clamp(sample.CpuUtilization, 0, 1) * (sample.Cores > 0 ? sample.Cores * 1000L : spec.Capacity.CpuMilli));

    [LoggerMessage(3, LogLevel.Warning, "node {Node}: pool {Pool} could not be told what is used: {Problem}")]
    private static partial void LogUseNotTold(ILogger logger, string node, string pool, string problem);
}
