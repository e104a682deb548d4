using System.Globalization;

namespace Granary.Model;

/// <summary>
/// When something is there, week after week: <c>Mon-Fri 09:00-17:00 Europe/Berlin</c>; several windows separated by commas, one may pass
/// midnight (<c>Fri 22:00-06:00</c>), the zone comes last and is UTC when not given. Clocks that are changed are followed. Pure: time is an argument.
/// </summary>
public sealed class WeeklyCalendar
{
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly IReadOnlyList<Window> _windows;
    private readonly TimeZoneInfo _zone;
    private readonly string _text;

    private readonly record struct Window(bool[] On, TimeSpan From, TimeSpan To)
    {
        public bool PassesMidnight => To <= From;
    }

    private WeeklyCalendar(IReadOnlyList<Window> windows, TimeZoneInfo zone, string text)
    {
        _windows = windows;
        _zone = zone;
        _text = text;
    }

    /// <param name="text">As above.</param>
    /// <param name="zones">Finds a zone by its IANA name; the system's by default.</param>
    /// <exception cref="GranaryException">Invalid: which word is not understood and how it is written.</exception>
    public static WeeklyCalendar Parse(string text, Func<string, TimeZoneInfo>? zones = null)
    {
        var windows = new List<Window>();
        var zone = TimeZoneInfo.Utc;
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var words = parts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 3 && i == parts.Length - 1) zone = Zone(words[2], zones);
            else if (words.Length != 2) throw Wrong(parts[i]);
            windows.Add(new(DaysOf(words[0]), TimesOf(words[1], out var to), to));
        }
        return windows.Count is 0 or > 32 ? throw Wrong(text) : new(windows, zone, text.Trim());
    }

    public bool AvailableAt(DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, _zone);
        var day = (int)local.DayOfWeek;
        foreach (var window in _windows)
        {
            if (window.On[day] && local.TimeOfDay >= window.From && (window.PassesMidnight || local.TimeOfDay < window.To)) return true;
            if (window.PassesMidnight && window.On[(day + 6) % 7] && local.TimeOfDay < window.To) return true;
        }
        return false;
    }

    /// <summary>When <see cref="AvailableAt"/> answers otherwise for the first time after <paramref name="time"/>; null for never.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset time)
    {
        var now = AvailableAt(time);
        var today = TimeZoneInfo.ConvertTime(time, _zone).Date;
        var edges = new SortedSet<DateTimeOffset>();
        // a week is not enough: a window may fall into an hour that is skipped, and come again a week later
        for (var day = -1; day <= 15; day++)
            foreach (var window in _windows)
                foreach (var edge in (TimeSpan[])[window.From, window.To])
                    AddInstants(today.AddDays(day) + edge, edges);
        foreach (var edge in edges)
            if (edge > time && AvailableAt(edge) != now) return edge;
        return null;
    }

    // a local time that is skipped is the moment of the change; one that comes twice is two moments
    private void AddInstants(DateTime local, SortedSet<DateTimeOffset> edges)
    {
        for (var i = 0; i < 24 * 60 && _zone.IsInvalidTime(local); i++) local = local.AddMinutes(1);
        foreach (var offset in _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local) : [_zone.GetUtcOffset(local)])
            edges.Add(new DateTimeOffset(DateTime.SpecifyKind(local - offset, DateTimeKind.Utc)));
    }

    public override string ToString() => _text;

    private static bool[] DaysOf(string word)
    {
        var on = new bool[7];
        var dash = word.Split('-');
        var first = Array.IndexOf(Days, dash[0].ToLowerInvariant());
        var last = Array.IndexOf(Days, dash[^1].ToLowerInvariant());
        if (word.Equals("daily", StringComparison.OrdinalIgnoreCase)) (first, last, dash) = (0, 6, [word]);
        if (first < 0 || last < 0 || dash.Length > 2) throw Wrong(word);
        for (var day = first; ; day = (day + 1) % 7)
        {
            on[day] = true;
            if (day == last) return on;
        }
    }

    private static TimeSpan TimesOf(string word, out TimeSpan to)
    {
        var dash = word.Split('-');
        to = default;
        return dash.Length == 2 && Time(dash[0], out var from) && Time(dash[1], out to) ? from : throw Wrong(word);
    }

    // 24:00 is the day's end, and so 00:00 of the next: a window to it passes midnight
    private static bool Time(string word, out TimeSpan time)
    {
        if (word == "24:00") word = "00:00";
        var ok = TimeOnly.TryParseExact(word, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed);
        time = parsed.ToTimeSpan();
        return ok;
    }

    private static TimeZoneInfo Zone(string name, Func<string, TimeZoneInfo>? zones)
    {
        try
        {
            return (zones ?? TimeZoneInfo.FindSystemTimeZoneById)(name);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw GranaryException.Invalid($"calendar: no time zone '{name}' on this machine; name one like Europe/Berlin (package tzdata), or UTC");
        }
    }

    private static GranaryException Wrong(string text) =>
        GranaryException.Invalid($"calendar: '{(text.Length > 60 ? text[..60] : text)}' is not understood; write it like 'Mon-Fri 09:00-17:00 Europe/Berlin'");
}
