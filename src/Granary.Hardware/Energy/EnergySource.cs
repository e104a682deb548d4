using Granary.Model;

namespace Granary.Hardware.Energy;

/// <summary>
/// Power of the machine at every tick: <c>power</c> (packages with their memory, and accelerators; else the model, as an estimate), <c>power.idle</c>
/// (what it would draw with nothing to do, always an estimate), <c>power.package/N</c>, <c>power.dram/N</c> and the like from the counters, and for each task and agent
/// <c>task.power</c>, <c>agent.power</c> (W beyond idle) and <c>agent.cpu</c> (cores). The parts: idle + tasks + what is no task's + accelerators = power.
/// </summary>
public sealed class EnergySource : ITelemetrySource
{
    private readonly RaplReader _rapl;
    private readonly FrequencyReader _frequency;
    private readonly AcceleratorSource _accelerators;
    private readonly PowerModel _model;
    private readonly PowerFit _fit;
    private readonly TaskPower _tasks;
    private readonly int _power, _idle, _other, _busy, _cores;

    /// <param name="root">Where /sys is.</param>
    /// <param name="row">Where the series go; sources of processors and tasks come before this one.</param>
    /// <param name="model">For what is not measured.</param>
    /// <param name="accelerators">Sampled just before this source.</param>
    /// <param name="owners">Whose tasks are.</param>
    public EnergySource(SystemRoot root, SampleRow row, PowerModel model, AcceleratorSource accelerators, TaskOwners owners)
    {
        var buffer = new ReadBuffer();
        _rapl = new(root, row, buffer);
        _frequency = new(root, buffer);
        _accelerators = accelerators;
        _model = model;
        _fit = new(model);
        _tasks = new(row, owners);
        (_busy, _cores) = (row.PlaceOf("cpu"), row.PlaceOf("cores"));
        (_power, _idle, _other) = (row.Add("power"), row.Add("power.idle"), row.Add("power.other"));
    }

    public void Sample(SampleRow row, double seconds)
    {
        var measured = _rapl.Sample(row, seconds);
        _tasks.Follow(row);
        var busy = row.Values[_busy];
        if (seconds <= 0) return;
        double processor, idle;
        var quality = ReadingSource.Measured;
        if (double.IsFinite(measured))
        {
            _fit.Learn(busy, measured);
            (processor, idle) = (measured, Math.Min(_fit.IdleWatts, measured));
        }
        else if (double.IsFinite(busy))
        {
            (processor, idle, quality) = (_model.Watts(busy, _frequency.Read()), _model.IdleWatts, ReadingSource.Estimated);
        }
        else return;
        var cards = _accelerators.Watts;
        if (!double.IsFinite(cards)) (cards, quality) = (0, ReadingSource.Estimated); // one that does not say is left out
        row.Set(_power, processor + cards, quality);
        row.Set(_idle, idle, ReadingSource.Estimated);
        var tasks = _tasks.Share(row, processor - idle, busy * row.Values[_cores]);
        row.Set(_other, Math.Max(0, processor - idle - tasks), ReadingSource.Estimated);
    }

    public void Dispose()
    {
        _rapl.Dispose();
        _frequency.Dispose();
    }
}
