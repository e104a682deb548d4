using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>Which metric over which time: <c>--metric --from --to --step</c>, and how the answer is written.</summary>
internal sealed class SeriesOptions
{
    private readonly Option<Ago> _from = new("--from") { Description = "first moment: -1h for an hour ago, or a time (default: -1h)", HelpName = "WHEN", CustomParser = Reader("--from") };
    private readonly Option<Ago> _to = new("--to") { Description = "last moment: now, -10m, or a time (default: now)", HelpName = "WHEN", CustomParser = Reader("--to") };
    private readonly Option<TimeSpan?> _step = new("--step")
    {
        Description = "length of a point, like 10s (default: one that gives a few hundred)",
        HelpName = "DURATION",
        CustomParser = Parse.Duration("--step"),
    };

    /// <param name="metrics">Examples, for help.</param>
    /// <param name="otherwise">What is shown without a metric.</param>
    public SeriesOptions(string metrics, string otherwise) =>
        Metric = new("--metric", "-m") { Description = $"this one over time, like {metrics} (default: {otherwise})", HelpName = "METRIC" };

    public Option<string?> Metric { get; }

    public void AddTo(Command command)
    {
        command.Options.Add(Metric);
        command.Options.Add(_from);
        command.Options.Add(_to);
        command.Options.Add(_step);
    }

    /// <summary>Null when no metric was named.</summary>
    /// <exception cref="GranaryException">Invalid: times without a metric.</exception>
    public TelemetryQuery? Query(Call call)
    {
        if (call.Get(Metric) is { Length: > 0 } one) return new TelemetryQuery(one, call.Get(_from)?.Before(call.Now), call.Get(_to)?.Before(call.Now), call.Get(_step));
        return call.Has(_from) || call.Has(_to) || call.Has(_step)
            ? throw GranaryException.Invalid("--from, --to and --step are for one metric; name it with --metric")
            : null;
    }

    public static void Write(Call call, string whose, TelemetrySeries series)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
            call.Document(JsonSerializer.SerializeToNode(TelemetrySeriesJson.From(whose, series), GranaryJson.Default.TelemetrySeriesJson));
        else call.Write(TelemetryListing.Points(whose, series), TelemetryListing.OfPoints);
    }

    private static Func<ArgumentResult, Ago> Reader(string option) => result =>
    {
        var text = result.Tokens[0].Value;
        if (text == "now") return new(TimeSpan.Zero, null);
        if (Durations.TryParse(text.TrimStart('-'), out var ago, out _)) return new(ago, null);
        if (Moments.TryParse(text, out _, out var at) && at is not null) return new(TimeSpan.Zero, at);
        result.AddError($"{option} is '{text}'; write -1h for an hour ago, now, or a time like 2030-01-31T08:00:00Z");
        return new(TimeSpan.Zero, null);
    };

    /// <summary>So long ago, or a point in time.</summary>
    private sealed record Ago(TimeSpan Span, DateTimeOffset? At)
    {
        public DateTimeOffset Before(DateTimeOffset now) => At ?? now - Span;
    }
}
