using System.Globalization;

namespace Granary.Model;

/// <summary>Durations as files and options write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>, <c>1.5h</c>, <c>1h30m</c>.</summary>
public static class Durations
{
    /// <summary>The longest that may be named: ten years of 365 days.</summary>
    public static TimeSpan Max { get; } = TimeSpan.FromDays(3650);

    private const string Example = "500ms, 30s, 5m, 2h or 1d";

    private static readonly (string Suffix, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>Parses one or more numbers with units, largest unit first.</summary>
    /// <returns>False with a one-line <paramref name="error"/> when it is no duration, negative, or over <see cref="Max"/>.</returns>
    public static bool TryParse(string text, out TimeSpan duration, out string error)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        if (rest.Length == 0 || rest.Length > 64) return Fail($"'{Clip(text)}' is not a duration; write it like {Example}", out error);
        if (rest[0] == '-') return Fail($"'{Clip(text)}' is negative; write a duration like {Example}", out error);
        var ticks = 0m;
        var lastUnit = -1;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits < 0 && lastUnit < 0) return Fail($"'{Clip(text)}' has no unit; write {Clip(text)}s for seconds, or one of {Example}", out error);
            var letters = digits < 0 ? 0 : rest[digits..].IndexOfAny("0123456789.");
            var suffix = digits < 0 ? default : letters < 0 ? rest[digits..] : rest.Slice(digits, letters);
            var unit = IndexOf(suffix);
            if (digits <= 0 || unit <= lastUnit
                || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return Fail($"'{Clip(text)}' is not a duration; write it like {Example}", out error);
            if (number > Max.Ticks) return TooLong(text, out error);
            ticks += number * Units[unit].Ticks;
            lastUnit = unit;
            rest = rest[(digits + suffix.Length)..];
        }
        if (ticks > Max.Ticks) return TooLong(text, out error);
        duration = TimeSpan.FromTicks((long)ticks);
        error = "";
        return true;
    }

    /// <summary>The shortest exact way to write <paramref name="duration"/> with one unit; exact to 100 ns.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        var sign = duration < TimeSpan.Zero ? "-" : "";
        var ticks = Math.Abs((decimal)duration.Ticks);
        foreach (var (suffix, unit) in Units)
            if (ticks % unit == 0) return $"{sign}{(ticks / unit).ToString(CultureInfo.InvariantCulture)}{suffix}";
        return $"{sign}{(ticks / TimeSpan.TicksPerMillisecond).ToString(CultureInfo.InvariantCulture)}ms";
    }

    private static int IndexOf(ReadOnlySpan<char> suffix)
    {
        for (var i = 0; i < Units.Length; i++)
            if (suffix.SequenceEqual(Units[i].Suffix)) return i;
        return -1;
    }

    private static bool TooLong(string text, out string error) =>
        Fail($"'{Clip(text)}' is longer than {Format(Max)}, the most that may be named", out error);

    private static bool Fail(string message, out string error)
    {
        error = message;
        return false;
    }

    private static string Clip(string text) => text.Length <= 40 ? text : text[..37] + "...";
}
