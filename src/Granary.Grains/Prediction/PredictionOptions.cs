using System.ComponentModel.DataAnnotations;
using Granary.Forecasting.Tracks;

namespace Granary.Grains.Prediction;

/// <summary>What predictors may cost. Section <c>Prediction</c> of the configuration.</summary>
public sealed class PredictionOptions
{
    public const string Section = "Prediction";

    /// <summary>Nodes' series are followed and forecast. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Of one core, what fits of models may take, those of all nodes together. Default 0.03.</summary>
    [Range(0.001, 1.0)]
    public double FitShare { get; set; } = 0.03;

    /// <summary>The steps of which unusual ones are told of. Default a minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan AnomalyStep { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How unlikely a step must be to be told of, as -log10 of the probability. Default 5, one in 100,000 steps: docs/anomalies.md has how often it is wrong.</summary>
    [Range(1.0, 10.0)]
    public double AnomalyThreshold { get; set; } = 5;

    /// <summary>How the next minutes are followed; for tests.</summary>
    internal TrackOptions Near { get; set; } = TrackOptions.Near;

    /// <summary>How the next day is followed; for tests.</summary>
    internal TrackOptions Far { get; set; } = TrackOptions.Far;
}
