namespace Granary.Memory.Pressure;

/// <summary>Which level readings come to, with hysteresis. Pure: time comes in.</summary>
public sealed class PressureState(PressureOptions options)
{
    private readonly PressureOptions _options = options.Checked();
    private TimeSpan _lastAtLevel;

    public PressureLevel Level { get; private set; }

    /// <summary>Takes a reading.</summary>
    /// <param name="now">On any clock that does not go back.</param>
    public PressureLevel Observe(in MemoryReading reading, TimeSpan now)
    {
        var reached = Of(reading, 1);
        if (reached > Level)
        {
            (Level, _lastAtLevel) = (reached, now);
            return Level;
        }
        // what is just below its beginning still holds the level
        if (Of(reading, 1 - _options.Slack) >= Level) _lastAtLevel = now;
        else if (now - _lastAtLevel >= _options.Calm) (Level, _lastAtLevel) = (Level - 1, now);
        return Level;
    }

    private PressureLevel Of(in MemoryReading reading, double scale) =>
        (PressureLevel)Math.Max(Step(reading.Used, _options.Used, scale), Math.Max(Step(reading.Collector, _options.Used, scale), Step(reading.Stalled, _options.Stalled, scale)));

    private static int Step(double value, (double Low, double Medium, double High) at, double scale) =>
        value >= at.High * scale ? 3 : value >= at.Medium * scale ? 2 : value >= at.Low * scale ? 1 : 0;
}
