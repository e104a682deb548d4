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

    /// <summary>How the next minutes are followed; for tests.</summary>
    internal TrackOptions Near { get; set; } = TrackOptions.Near;

    /// <summary>How the next day is followed; for tests.</summary>
    internal TrackOptions Far { get; set; } = TrackOptions.Far;
}
