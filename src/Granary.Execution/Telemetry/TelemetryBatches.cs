using Granary.Abstractions;
using Granary.Hardware;

namespace Granary.Execution.Telemetry;

/// <summary>Gathers ticks into batches of the same metrics, oldest first. What nobody takes is dropped, oldest first.</summary>
/// <param name="most">Ticks that are kept.</param>
internal sealed class TelemetryBatches(int most)
{
    private readonly LinkedList<(TelemetryBatch Batch, List<TelemetryTick> Ticks)> _batches = [];
    private int _version = -1;
    private int[] _places = [];

    /// <summary>Ticks that wait.</summary>
    public int Count { get; private set; }

    public void Add(DateTimeOffset at, SampleRow row)
    {
        if (row.Version != _version || _batches.Count == 0) Begin(row);
        var values = new float[_places.Length];
        var qualities = new byte[_places.Length];
        for (var i = 0; i < _places.Length; i++)
        {
            values[i] = (float)row.Values[_places[i]];
            qualities[i] = (byte)row.Qualities[_places[i]];
        }
        _batches.Last!.Value.Ticks.Add(new(at, values, qualities));
        Count++;
        while (Count > most && _batches.Count > 1) Taken();
    }

    /// <summary>The oldest batch; null when none waits.</summary>
    public TelemetryBatch? First => _batches.First?.Value is { } first ? first.Batch with { Ticks = first.Ticks.ToArray() } : null;

    /// <summary>The oldest batch has arrived, or is given up.</summary>
    public void Taken()
    {
        if (_batches.First is not { } first) return;
        Count -= first.Value.Ticks.Count;
        _batches.RemoveFirst();
    }

    private void Begin(SampleRow row)
    {
        _version = row.Version;
        var places = new List<int>();
        var names = new List<string>();
        for (var i = 0; i < row.Count; i++)
        {
            if (row.Names[i] is not { } name) continue;
            places.Add(i);
            names.Add(name);
        }
        _places = [.. places];
        _batches.AddLast((new(names, []), []));
    }
}
