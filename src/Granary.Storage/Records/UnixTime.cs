namespace Granary.Storage;

/// <summary>Times as whole microseconds since 1970, UTC.</summary>
internal static class UnixTime
{
    public static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long? Micros(DateTimeOffset? time) => time is { } some ? Micros(some) : null;

    public static long? Micros(TimeSpan? span) => span is { } some ? some.Ticks / TimeSpan.TicksPerMicrosecond : null;

    public static DateTimeOffset Time(long micros) => new(DateTimeOffset.UnixEpoch.Ticks + micros * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    public static DateTimeOffset? Time(long? micros) => micros is { } some ? Time(some) : null;
}
