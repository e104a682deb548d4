using Granary.Model;
using Orleans;

namespace Granary.Grains.Monitoring;

/// <summary>What the monitor remembers across restarts.</summary>
[GenerateSerializer, Alias("Granary.MonitorState")]
public sealed class MonitorState
{
    [Id(0)] public IReadOnlyList<AlertView> Firing { get; set; } = [];

    [Id(1)] public IReadOnlyList<AlertView> Ended { get; set; } = [];

    [Id(2)] public IReadOnlyList<Silence> Silences { get; set; } = [];

    [Id(3)] public IReadOnlyList<ScalingAdvice> Advice { get; set; } = [];
}
