using Granary.Model;

namespace Granary.Hardware.Tests.Telemetry;

/// <summary>A machine made for a test, sampled at ticks of one second by a clock of its own.</summary>
internal sealed class Ticking : IDisposable
{
    private readonly Clock _clock = new();
    private readonly NodeTelemetry _telemetry;

    public Ticking(RecordedTree tree, TaskSourceOptions? tasks = null, params IReadOnlyList<Func<SampleRow, ITelemetrySource>> more)
    {
        Tree = tree;
        _telemetry = new(tree.Root, _clock, tasks, more);
    }

    public RecordedTree Tree { get; }

    public SampleRow Row => _telemetry.Row;

    /// <summary>The last value; not a number when absent.</summary>
    public double this[string name] => Row[name];

    public ReadingSource Quality(string name) => Row.QualityOf(name);

    public Ticking With(string path, string text)
    {
        Tree.With(path, text);
        return this;
    }

    public Ticking Tick(double seconds = 1)
    {
        _clock.Steady += TimeSpan.FromSeconds(seconds);
        _telemetry.Tick();
        return this;
    }

    public Ticking SetWallClock(TimeSpan by)
    {
        _clock.Wall += by;
        return this;
    }

    public bool Has(string name) => Row.Names.Contains(name);

    public void Dispose()
    {
        _telemetry.Dispose();
        Tree.Dispose();
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Steady { get; set; }

        public TimeSpan Wall { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Steady.Ticks;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) + Steady + Wall;
    }
}
