using System.Globalization;

namespace Granary.Cli.Output;

/// <summary>Lengths of time as people read them.</summary>
internal static class Spans
{
    /// <summary>How long ago, coarser the longer: <c>7s</c>, <c>3m20s</c>, <c>25m</c>, <c>5h10m</c>, <c>30h</c>, <c>4d6h</c>, <c>90d</c>, as kubectl rounds.</summary>
    public static string Age(TimeSpan age)
    {
        var seconds = Math.Max(0, (long)age.TotalSeconds);
        var minutes = seconds / 60;
        var hours = minutes / 60;
        var days = hours / 24;
        return seconds < 120 ? $"{seconds}s"
            : minutes < 10 ? Two(minutes, "m", seconds % 60, "s")
            : hours < 3 ? $"{minutes}m"
            : hours < 8 ? Two(hours, "h", minutes % 60, "m")
            : hours < 48 ? $"{hours}h"
            : days < 8 ? Two(days, "d", hours % 24, "h")
            : days < 730 ? $"{days}d"
            : Two(days / 365, "y", days % 365, "d");
    }

    public static string Age(DateTimeOffset? since, DateTimeOffset now) => since is { } s ? Age(now - s) : "";

    /// <summary>How long something took, to three digits: <c>4ms</c>, <c>0.42s</c>, <c>12.3s</c>, <c>2m05s</c>, <c>3h07m</c>.</summary>
    public static string Took(TimeSpan span)
    {
        if (span < TimeSpan.Zero) span = TimeSpan.Zero;
        var seconds = span.TotalSeconds;
        if (seconds < 0.0995) return Invariant($"{span.TotalMilliseconds:0}ms");
        if (seconds < 9.995) return Invariant($"{seconds:0.00}s");
        if (seconds < 99.95) return Invariant($"{seconds:0.0}s");
        var whole = (long)Math.Round(seconds);
        return whole < 3600 ? Invariant($"{whole / 60}m{whole % 60:00}s") : Invariant($"{whole / 3600}h{whole / 60 % 60:00}m");
    }

    private static string Two(long first, string firstUnit, long second, string secondUnit) =>
        second == 0 ? $"{first}{firstUnit}" : $"{first}{firstUnit}{second}{secondUnit}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
