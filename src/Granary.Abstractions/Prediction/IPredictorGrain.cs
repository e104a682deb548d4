using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>
/// What one node (key: its name) will do, as far as its telemetry tells. It advises: no decision that must be right rests on it.
/// </summary>
[Alias("Granary.IPredictorGrain")]
public interface IPredictorGrain : IGrainWithStringKey
{
    /// <summary>The node publishes: its series are to be followed.</summary>
    [Alias("Wake"), OneWay]
    Task Wake();

    /// <summary>One metric from now on.</summary>
    /// <exception cref="Model.GranaryException">NotFound: no such metric, or nothing has come from the node; Invalid: a time of none, or of more than a day.</exception>
    [Alias("Forecast"), ReadOnly]
    Task<PredictedSeries> Forecast(PredictionQuery query);

    /// <summary>How the forecasts of each metric turned out.</summary>
    [Alias("Records"), ReadOnly]
    Task<IReadOnlyList<PredictionRecord>> Records();

    /// <summary>What was unusual about the node lately, the newest first; kept across restarts.</summary>
    /// <exception cref="Model.GranaryException">NotFound: no such metric; Invalid: a number that is not 1 to 200.</exception>
    [Alias("Anomalies"), ReadOnly]
    Task<NodeAnomalies> Anomalies(AnomalyQuery query);
}
