using Granary.Abstractions;
using Orleans;

namespace Granary.Grains.Prediction;

/// <summary>What a predictor keeps across restarts.</summary>
[GenerateSerializer, Alias("Granary.PredictorState")]
public sealed class PredictorState
{
    /// <summary>Anomalies that are kept; the oldest give way.</summary>
    public const int MostAnomalies = 200;

    /// <summary>Oldest first.</summary>
    [Id(0)] public List<NodeAnomaly> Anomalies { get; set; } = [];

    /// <summary>What tracks have learned, by metric and step: about 64 KiB a node.</summary>
    [Id(1)] public Dictionary<string, byte[]> Tracks { get; set; } = [];
}
