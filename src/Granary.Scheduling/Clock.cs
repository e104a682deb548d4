namespace Granary.Scheduling;

/// <summary>The scheduler counts time in microseconds since the Unix epoch, UTC; messages carry <see cref="DateTimeOffset"/>.</summary>
public static class Clock
{
    public const long Second = 1_000_000;

    public static long ToMicros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static long ToMicros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    public static TimeSpan ToSpan(long micros) => TimeSpan.FromTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>As <see cref="Text"/>, never less than it is: what is written can be asked for.</summary>
    public static string TextUp(long micros)
    {
        var step = micros < Second ? 1000 : micros < 10 * Second ? Second / 10 : micros < 3600 * Second ? Second : 60 * Second;
        return Text((micros + step - 1) / step * step);
    }

    /// <summary>For people: <c>850ms</c>, <c>12s</c>, <c>3m20s</c>, <c>2h5m</c>.</summary>
    public static string Text(long micros)
    {
        if (micros < Second) return $"{Math.Max(0, micros) / 1000}ms";
        var seconds = micros / Second;
        if (seconds < 60) return micros % Second == 0 || seconds >= 10 ? $"{seconds}s" : FormattableString.Invariant($"{micros / (double)Second:0.0}s");
        if (seconds < 3600) return seconds % 60 == 0 ? $"{seconds / 60}m" : $"{seconds / 60}m{seconds % 60}s";
        return seconds % 3600 / 60 == 0 ? $"{seconds / 3600}h" : $"{seconds / 3600}h{seconds % 3600 / 60}m";
    }
}
