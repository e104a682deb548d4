using Granary.Model;

namespace Granary.Hardware.Energy;

/// <summary>
/// What accelerators do, each by its place in the node's list: <c>gpu.busy/0</c> (0 to 1), <c>gpu.memory/0</c> (bytes), <c>gpu.power/0</c> (W),
/// <c>gpu.temperature/0</c> (degrees Celsius). A machine without any is looked at again every half minute. Power is the growth of the card's energy
/// counter where it has one, else what it draws at the moment.
/// </summary>
/// <param name="row">Where the series go.</param>
/// <param name="sources">Who knows of accelerators.</param>
public sealed class AcceleratorSource(SampleRow row, IReadOnlyList<IAcceleratorSource> sources) : ITelemetrySource
{
    private const int LookAgainAfter = 30;
    private readonly List<Series> _series = [];
    private int _skip;

    /// <summary>Watts of all at the last tick; 0 where there are none, not a number when one does not say.</summary>
    public double Watts { get; private set; }

    public void Sample(SampleRow _, double seconds)
    {
        if (_skip > 0)
        {
            _skip--;
            return;
        }
        var found = AcceleratorSources.Read(sources).Items;
        while (_series.Count < found.Count) _series.Add(new(row, _series.Count));
        while (_series.Count > found.Count) Drop();
        Watts = 0;
        for (var i = 0; i < found.Count; i++) Watts += _series[i].Set(row, found[i], seconds);
        if (found.Count == 0) _skip = LookAgainAfter;
    }

    public void Dispose()
    {
        // nothing is held open
    }

    private void Drop()
    {
        _series[^1].Remove(row);
        _series.RemoveAt(_series.Count - 1);
    }

    private sealed class Series(SampleRow row, int index)
    {
        private readonly int _busy = row.Add($"gpu.busy/{index}");
        private readonly int _memory = row.Add($"gpu.memory/{index}");
        private readonly int _power = row.Add($"gpu.power/{index}");
        private readonly int _temperature = row.Add($"gpu.temperature/{index}");
        private string _id = "";
        private double _joules = double.NaN;

        public double Set(SampleRow into, AcceleratorInventory card, double seconds)
        {
            if (card.Id != _id) (_id, _joules) = (card.Id, double.NaN);
            Put(into, _busy, card.UtilizationPercent, 0.01);
            if (card.MemoryUsedMiB.IsKnown) into.Set(_memory, card.MemoryUsedMiB.Value * 1048576.0, card.MemoryUsedMiB.Source);
            Put(into, _temperature, card.TemperatureCelsius, 1);
            var watts = Power(card, seconds, out var quality);
            into.Set(_power, watts, quality);
            return card.Vendor == "simulated" ? 0 : watts;
        }

        public void Remove(SampleRow from)
        {
            foreach (var place in (ReadOnlySpan<int>)[_busy, _memory, _power, _temperature]) from.Remove(place);
        }

        private double Power(AcceleratorInventory card, double seconds, out ReadingSource quality)
        {
            quality = ReadingSource.Measured;
            var before = _joules;
            _joules = card.EnergyJoules.IsKnown ? card.EnergyJoules.Value : double.NaN;
            if (seconds > 0 && _joules - before is >= 0 and var grown && grown <= seconds * RaplCounter.MostWatts) return grown / seconds;
            quality = card.PowerWatts.Source;
            return card.PowerWatts.IsKnown ? card.PowerWatts.Value : double.NaN;
        }

        private static void Put(SampleRow into, int place, Reading<double> reading, double unit)
        {
            if (reading.IsKnown) into.Set(place, reading.Value * unit, reading.Source);
        }
    }
}
