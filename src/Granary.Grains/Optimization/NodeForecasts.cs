using Granary.Abstractions;
using Granary.Model;
using Orleans;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Grains.Optimization;

/// <summary>What the predictors of a pool's nodes expect of their processors, as one change of the pool's load.</summary>
internal static class NodeForecasts
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>By how many cores more or less than now, step by step; nothing where a node has no fitted forecast, with which.</summary>
    public static async Task<(double[] Change, string Note)> ChangeAsync(IGrainFactory grains, IReadOnlyList<(string Node, double Cores)> nodes, TimeSpan step, int steps)
    {
        if (nodes.Count == 0) return ([], "the load of now: there is no node");
        var forecasts = await Task.WhenAll(nodes.Select(n => OfAsync(grains.GetGrain<IPredictorGrain>(n.Node))));
        var missing = forecasts.Count(f => f is null);
        if (missing > 0) return ([], $"the load of now: {missing} of {nodes.Count} nodes have no fitted forecast yet");
        var change = new double[steps];
        for (var i = 0; i < nodes.Count; i++)
        {
            var values = forecasts[i]!.Values;
            for (var k = 0; k < steps; k++)
            {
                var at = Math.Min(values.Length - 1, (int)Math.Round((k + 1) * step / forecasts[i]!.Step));
                if (double.IsFinite(values[at]) && double.IsFinite(values[0])) change[k] += nodes[i].Cores * (values[at] - values[0]);
            }
        }
        return (change, $"forecasts of {nodes.Count} nodes");
    }

    private static async Task<PredictedSeries?> OfAsync(IPredictorGrain predictor)
    {
        try
        {
            var forecast = await predictor.Forecast(new PredictionQuery("cpu", Ahead));
            return forecast.Note is null && forecast.Values.Length > 0 ? forecast : null;
        }
        catch (GranaryException e) when (e.Code is ErrorCode.NotFound or ErrorCode.Invalid)
        {
            return null; // nothing has come from it
        }
    }
}
