using System.Globalization;
using Granary.Model;
using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Http;

/// <summary>Reads query parameters. One that nobody asks for is refused: a mistyped filter must not silently match everything.</summary>
internal readonly struct QueryReader
{
    private readonly IQueryCollection _query;

    /// <exception cref="GranaryException">Invalid when a parameter is not among <paramref name="known"/>.</exception>
    public QueryReader(HttpRequest request, params ReadOnlySpan<string> known)
    {
        _query = request.Query;
        foreach (var name in _query.Keys)
        {
            if (known.Contains(name)) continue;
            var near = Suggestion.For(name, known.ToArray());
            var help = near is not null ? $"did you mean '{near}'?" : known.IsEmpty ? "this path takes none" : $"known are {string.Join(", ", known!)}";
            throw GranaryException.Invalid($"unknown query parameter '{Http.Text.Clip(name)}'; {help}");
        }
    }

    /// <summary>Empty when it is not given.</summary>
    public string Text(string name)
    {
        var values = _query[name];
        return values.Count > 1 ? throw GranaryException.Invalid($"query parameter '{name}' is given {values.Count} times; give it once") : values.ToString();
    }

    /// <summary>Every value, given repeatedly or separated by commas.</summary>
    public IEnumerable<string> Words(string name) =>
        _query[name].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Every value as it was given.</summary>
    public IEnumerable<string> Values(string name) => _query[name].Select(v => v ?? "");

    public long Number(string name, long absent, long least, long most)
    {
        var text = Text(name);
        if (text.Length == 0) return absent;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw GranaryException.Invalid($"query parameter '{name}' is '{Http.Text.Clip(text)}'; expected a whole number from {least} to {most}");
    }

    public bool Flag(string name) => Text(name).ToLowerInvariant() switch
    {
        "" => _query.ContainsKey(name),
        "true" or "1" => true,
        "false" or "0" => false,
        var other => throw GranaryException.Invalid($"query parameter '{name}' is '{Http.Text.Clip(other)}'; expected true or false"),
    };

    /// <summary>The same, and <c>-1h</c>, which is what users of other tools write for an hour ago.</summary>
    public DateTimeOffset? Moment(string name, DateTimeOffset now) =>
        Text(name) is ['-', .. var ago] && Durations.TryParse(ago, out var span, out _) ? now - span : Time(name, now);

    /// <summary>A time: RFC 3339, or a duration that means so long before <paramref name="now"/>; null when it is not given.</summary>
    public DateTimeOffset? Time(string name, DateTimeOffset now)
    {
        var text = Text(name);
        if (text.Length == 0) return null;
        if (Durations.TryParse(text, out var ago, out _)) return now - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw GranaryException.Invalid($"query parameter '{name}' is '{Http.Text.Clip(text)}'; expected a time like 2026-01-31T12:00:00Z, or 10m for ten minutes ago");
    }
}
