namespace Granary.Hardware;

/// <summary>Something that is read at every tick. Never throws for what a machine lacks or loses: it leaves the value absent.</summary>
public interface ITelemetrySource : IDisposable
{
    /// <param name="row">Cleared before the tick.</param>
    /// <param name="seconds">Since the tick before, by a clock that nobody sets; 0 at the first.</param>
    void Sample(SampleRow row, double seconds);
}
