namespace Granary.Hardware;

/// <summary>Everything that is sampled of this machine at one tick, into one row. Not for concurrent use.</summary>
public sealed class NodeTelemetry : IDisposable
{
    private readonly TimeProvider _time;
    private readonly List<ITelemetrySource> _sources = [];
    private readonly int _cost;
    private long? _last;
    private double _lastCost = double.NaN;

    /// <param name="root">Where /proc and /sys are.</param>
    /// <param name="time">Stamps the ticks, and says how long ago the last one was, whatever the wall clock does.</param>
    /// <param name="tasks">How tasks are recognised; null leaves them out.</param>
    /// <param name="more">Makes further sources, such as accelerators and energy.</param>
    public NodeTelemetry(SystemRoot root, TimeProvider time, TaskSourceOptions? tasks, params IEnumerable<Func<SampleRow, ITelemetrySource>> more)
    {
        _time = time;
        var buffer = new ReadBuffer();
        _cost = Row.Add("telemetry.tick");
        var cpu = new CpuSource(root, Row, buffer);
        _sources.Add(cpu);
        _sources.Add(new MemorySource(root, Row, buffer));
        _sources.Add(new PressureSource(root, Row, buffer));
        _sources.Add(new DiskSource(root, Row, buffer));
        _sources.Add(new NetworkSource(root, Row, buffer));
        if (tasks is not null) _sources.Add(new TaskSource(root, Row, buffer, () => cpu.Cores, tasks));
        foreach (var make in more) _sources.Add(make(Row));
    }

    /// <summary>The values of the last tick.</summary>
    public SampleRow Row { get; } = new();

    /// <summary>Reads everything.</summary>
    /// <returns>When, by the wall clock.</returns>
    public DateTimeOffset Tick()
    {
        var began = _time.GetTimestamp();
        var seconds = _last is { } last ? Math.Max(0, _time.GetElapsedTime(last, began).TotalSeconds) : 0;
        _last = began;
        Row.Clear();
        foreach (var source in _sources) source.Sample(Row, seconds);
        // of the tick before: this one is not over
        Row.Set(_cost, _lastCost);
        _lastCost = _time.GetElapsedTime(began).TotalSeconds;
        return _time.GetUtcNow();
    }

    public void Dispose()
    {
        foreach (var source in _sources) source.Dispose();
    }
}
