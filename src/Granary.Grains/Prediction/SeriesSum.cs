using Granary.Abstractions;

namespace Granary.Grains.Prediction;

/// <summary>One or more series of a node, added up.</summary>
internal sealed class SeriesSum(IReadOnlyList<string> series)
{
    public IReadOnlyList<string> Series => series;

    /// <summary>The sum at each tick that has one of them; not finite values are none.</summary>
    public IEnumerable<(DateTimeOffset At, double Value)> Of(TelemetryBatch batch)
    {
        var places = new int[series.Count];
        for (var i = 0; i < places.Length; i++) places[i] = PlaceOf(batch.Names, series[i]);
        if (!places.Any(p => p >= 0)) yield break;
        foreach (var tick in batch.Ticks)
        {
            double sum = 0;
            var known = false;
            foreach (var place in places)
            {
                if (place < 0 || !float.IsFinite(tick.Values[place])) continue;
                sum += tick.Values[place];
                known = true;
            }
            if (known) yield return (tick.At, sum);
        }
    }

    private static int PlaceOf(IReadOnlyList<string> names, string wanted)
    {
        for (var i = 0; i < names.Count; i++) if (names[i] == wanted) return i;
        return -1;
    }
}
