using System.Globalization;

namespace Granary.Model;

/// <summary>Beginnings and recurrences as files and options write them.</summary>
public static class Moments
{
    private static readonly string[] Forms =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mmK"];

    /// <summary>Reads <c>now</c>, <c>+10m</c> (into <paramref name="later"/>) or a time like <c>2030-01-31T08:00:00Z</c> (into <paramref name="at"/>), UTC unless it says otherwise.</summary>
    public static bool TryParse(string text, out TimeSpan later, out DateTimeOffset? at)
    {
        (later, at) = (TimeSpan.Zero, null);
        if (text == "now") return true;
        if (text is ['+', ..]) return Durations.TryParse(text[1..], out later, out _);
        if (!DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return false;
        at = time;
        return true;
    }

    /// <summary>Reads <c>hour</c>, <c>day</c>, <c>week</c> or a duration like <c>24h</c>.</summary>
    public static bool TryParseEvery(string text, out TimeSpan every, out string error)
    {
        error = "";
        every = text switch
        {
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            "week" => TimeSpan.FromDays(7),
            _ => TimeSpan.Zero,
        };
        return every > TimeSpan.Zero || Durations.TryParse(text, out every, out error);
    }
}
