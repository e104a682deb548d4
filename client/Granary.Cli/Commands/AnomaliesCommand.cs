using System.CommandLine;
using System.Globalization;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Forecasting.Anomalies;
using Granary.Forecasting.Series;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>anomalies CSV</c>: the unusual points of a series, each with the reason, as the detector would have told of them one by one; needs no server. <c>anomalies --node NODE</c>: what a server found.</summary>
internal static class AnomaliesCommand
{
    public static Command Create(CommandScope scope)
    {
        var options = new AnomaliesOptions();
        var command = new Command("anomalies", "find the unusual points of a series in a CSV file, or those of a node, and say why they are");
        command.Arguments.Add(options.File);
        foreach (var option in options.All) command.Options.Add(option);
        return scope.Does(command, (call, cancel) => (call.Get(options.File), call.Get(options.Node)) switch
        {
            (not null, _) when call.Get(options.Follow) => throw GranaryException.Invalid("--follow is for nodes, not for a file"),
            (null, _) when call.Get(options.Follow) && call.Get(options.Since) is not null => throw GranaryException.Invalid("--follow begins now; leave --since out"),
            (null, var node) when call.Get(options.Follow) => NodeAnomaliesCommand.Follow(call, node, call.Get(options.Metric) ?? "", cancel),
            (null, null) => throw GranaryException.Invalid("of what? name a CSV file, or a node with --node, or follow all nodes with --follow"),
            (not null, not null) => throw GranaryException.Invalid("a CSV file or a node, not both"),
            (null, { } node) => NodeAnomaliesCommand.Run(call, node, call.Get(options.Metric) ?? "", call.Get(options.Since), cancel),
            _ when call.Get(options.Metric) is not null || call.Get(options.Since) is not null => throw GranaryException.Invalid("--metric and --since are for a node; of a file --column names the values"),
            _ => Task.Run(() => Run(call, options), cancel),
        });
    }

    private static int Run(Call call, AnomaliesOptions options)
    {
        var path = call.Get(options.File)!;
        var (values, times) = Read(path, call.Get(options.Column));
        var season = call.Get(options.Season) ?? Season.Day;
        var detector = new AnomalyDetector(new() { Season = season.Length, Threshold = call.Get(options.Threshold) });
        var rows = new List<AnomalyRow>(values.Count);
        for (var n = 0; n < values.Count; n++)
        {
            // without times nothing is known of a day, unless a season in points says so
            var at = season.InPoints ? TimeSpan.FromSeconds(n) : times.Count > 0 ? TimeSpan.FromMicroseconds(times[n].AtMicros) : TimeSpan.Zero;

            rows.Add(new(n + 1, times.Count > 0 ? times[n].Text : null, values[n], detector.Observe(new DateTimeOffset(Moment(at), TimeSpan.Zero), values[n])));
        }
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(AnomalyListing.Json(rows));
            return ExitCodes.Done;
        }
        var flagged = rows.Where(r => r.Result.Flagged).ToList();
        if (call.ForPeople) Explain(call, rows, flagged.Count);
        call.Write(flagged, AnomalyListing.All);
        return ExitCodes.Done;
    }

    private static void Explain(Call call, List<AnomalyRow> rows, int flagged)
    {
        var gaps = rows.Count(r => double.IsNaN(r.Value));
        call.Note(FormattableString.Invariant($"granary: {rows.Count} points{(gaps > 0 ? $", {gaps} of them missing" : "")}; {flagged} told of"));
        if (rows.Count - gaps < 100) call.Note("granary: with fewer than 100 points little is usual yet; what is far beyond all before is all that is told of");
    }

    // times before the year 1 or after 9999 only say where in the season a point is, so any that can be written will do
    private static DateTime Moment(TimeSpan since1970)
    {
        var ticks = DateTime.UnixEpoch.Ticks + Math.Clamp(since1970.Ticks, -DateTime.UnixEpoch.Ticks, DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks);
        return new(ticks, DateTimeKind.Unspecified);
    }

    private static (IReadOnlyList<double> Values, IReadOnlyList<(long AtMicros, string Text)> Times) Read(string path, string? column)
    {
        try
        {
            using var text = new StreamReader(path);
            return SeriesCsv.Points(text, path, column);
        }
        catch (SeriesException e)
        {
            throw GranaryException.Invalid(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SeriesFile.Unreadable(path, e);
        }
    }
}

/// <summary>A season, as a time or as a number of points.</summary>
internal sealed record Season(TimeSpan Length, bool InPoints)
{
    public static Season Day { get; } = new(TimeSpan.FromDays(1), false);
}

/// <summary>What <c>anomalies</c> may be told.</summary>
internal sealed class AnomaliesOptions
{
    public Argument<string?> File { get; } = new("csv") { Description = "time and value, or one value a line; a header or none; gaps as empty or NaN", HelpName = "CSV", Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Node { get; } = new("--node", "-n") { Description = "what the server found of this node, instead of a file: name, or a unique beginning of one", HelpName = "NODE" };

    public Option<string?> Metric { get; } = new("--metric", "-m") { Description = "with --node: this one alone: cpu, memory, network, storage, pressure.cpu, pressure.memory or pressure.io", HelpName = "METRIC" };

    public Option<TimeSpan?> Since { get; } = new("--since") { Description = "with --node: so long ago at most", HelpName = "DURATION", CustomParser = CommandLine.Parse.Duration("--since") };

    public Option<bool> Follow { get; } = new("--follow", "-f") { Description = "what servers find from now on, a line each, of all nodes or with --node of one" };

    public Option<Season?> Season { get; } = new("--season")
    {
        Description = "what repeats: a time like 24h, or a number of points (default: 24h where the file has times, else none)",
        HelpName = "TIME|N",
        CustomParser = result => Parse(result.Tokens[0].Value, result.AddError),
    };

    public Option<double> Threshold { get; } = new("--threshold")
    {
        Description = "flag what is at most as likely as one in ten to this power",
        HelpName = "X",
        DefaultValueFactory = _ => new AnomalyOptions().Threshold,
        CustomParser = result => Exponent(result.Tokens[0].Value, result.AddError),
    };

    public Option<string?> Column { get; } = new("--column") { Description = "header of the column of values (default: the only one, or 'value')", HelpName = "NAME" };

    public IEnumerable<Option> All => [Season, Threshold, Column, Node, Metric, Since, Follow];

    private static Season? Parse(string text, Action<string> refuse)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var points) && points is >= 2 and <= 1_000_000) return new(TimeSpan.FromSeconds(points), true);
        if (Durations.TryParse(text, out var length, out _) && length > TimeSpan.Zero) return new(length, false);
        refuse($"--season is '{text}'; write a time like 24h, or a number of points from 2 to 1000000");
        return null;
    }

    private static double Exponent(string text, Action<string> refuse)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is > 0 and <= 15) return value;
        refuse($"--threshold is '{text}'; write a number over 0 up to 15, like 3.25 for one in 1,800");
        return 1;
    }
}
