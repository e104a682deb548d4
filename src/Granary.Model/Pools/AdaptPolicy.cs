using Orleans;

namespace Granary.Model;

/// <summary>How weights follow feedback. An agent's effective weight is its weight times a factor that stays between bounds and decays to 1.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AdaptPolicy")]
public sealed record AdaptPolicy
{
    /// <summary>How strongly one look at the feedback moves the factor, over 0 and up to 1: at most by e^gain. Default 0.2.</summary>
    [Id(0)] public double Gain { get; init; } = 0.2;

    /// <summary>The least factor, 0.01 to 1. Default 0.5.</summary>
    [Id(1)] public double Least { get; init; } = 0.5;

    /// <summary>The largest factor, 1 to 100. Default 2.</summary>
    [Id(2)] public double Most { get; init; } = 2;

    /// <summary>The part of the factor's distance from 1 (in its logarithm) that is forgotten at each look, 0 to 1. Default 0.05.</summary>
    [Id(3)] public double Decay { get; init; } = 0.05;

    /// <summary>Time between looks, 1 s to 1 day. Default 30 s.</summary>
    [Id(4)] public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
}
