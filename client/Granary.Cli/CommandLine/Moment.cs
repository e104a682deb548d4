using System.CommandLine.Parsing;
using Granary.Model;

namespace Granary.Cli.CommandLine;

/// <summary>A point in time, or so long from now.</summary>
internal sealed record Moment(TimeSpan In, DateTimeOffset? At)
{
    public static Func<ArgumentResult, Moment> Reader(string option) => result =>
    {
        var text = result.Tokens[0].Value;
        if (Moments.TryParse(text, out var later, out var at)) return new Moment(later, at);
        result.AddError($"{option} is '{text}'; write +10m for ten minutes from now, now, or a time like 2030-01-31T08:00:00Z");
        return new Moment(TimeSpan.Zero, null);
    };
}

/// <summary>How long from one beginning to the next.</summary>
internal static class Recurrence
{
    public static Func<ArgumentResult, TimeSpan?> Reader(string option) => result =>
    {
        if (Moments.TryParseEvery(result.Tokens[0].Value, out var every, out var error)) return every;
        result.AddError($"{option}: {error}; or write hour, day or week");
        return null;
    };
}
