using System.CommandLine;
using System.Globalization;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Series;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>forecast CSV</c>: the next points of a series, and how good that is beside what came. Needs no server.</summary>
internal static class ForecastCommand
{
    public static Command Create(CommandScope scope)
    {
        var options = new ForecastOptions();
        var command = new Command("forecast", "predict a series from a CSV file, with intervals and, given what came, errors");
        command.Arguments.Add(options.File);
        foreach (var option in options.All) command.Options.Add(option);
        return scope.Does(command, (call, cancel) => Task.Run(() => Run(call, options), cancel));
    }

    private static int Run(Call call, ForecastOptions options)
    {
        var horizon = call.Get(options.Horizon);
        var seasons = call.Get(options.Season) is { Length: > 0 } told ? told : null;
        var grid = new GridOptions { Negative = call.Get(options.NoNegative) ? NegativeValues.Missing : NegativeValues.Keep };
        var series = Read(call.Get(options.File)!, call.Get(options.Column), grid);
        var actual = call.Get(options.Test) is { } test ? Read(test, call.Get(options.Column), grid) : null;
        var longest = seasons?.Max() ?? 1;
        if (longest > series.Values.Length)
            throw GranaryException.Invalid($"--season is {longest} and the series has {series.Values.Length} points; a season has to be shorter than the series");
        var forecast = SeriesForecast.Of(series.Values, horizon, seasons);
        var errors = actual is null ? null : ForecastErrors.Of(series.Values, forecast, actual.Values);
        if (call.ForPeople) Explain(call, options, series, forecast, actual);
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(ForecastListing.Json(forecast, errors));
            return ExitCodes.Done;
        }
        call.Write(ForecastListing.Rows(series, forecast, actual?.Values), ForecastListing.All(series.StartMicros is not null, actual is not null));
        if (errors is not null && call.ForPeople) Fields.Write(call.Out, ForecastListing.Errors(errors));
        return ExitCodes.Done;
    }

    private static void Explain(Call call, ForecastOptions options, RegularSeries series, SeriesForecast forecast, RegularSeries? actual)
    {
        foreach (var note in series.Notes()) call.Note("granary: " + note);
        var distance = series.IntervalMicros > 0 ? $", one every {ReplayListing.Span(series.IntervalMicros / 1e6)}" : "";
        var seasons = forecast.Seasons.Count == 0 ? "no season" : $"season {string.Join(" and ", forecast.Seasons)}{(call.Has(options.Season) ? "" : " (found)")}";
        call.Note($"granary: {series.Values.Length} points{distance}; {seasons}; {ForecastListing.Weights(forecast)}");
        if (actual is not null && actual.Values.Length != forecast.Values.Length)
            call.Note($"granary: the test file has {actual.Values.Length} points: the first {Math.Min(actual.Values.Length, forecast.Values.Length)} are compared");
    }

    private static RegularSeries Read(string path, string? column, GridOptions grid)
    {
        try
        {
            using var text = new StreamReader(path);
            return SeriesCsv.Read(text, path, column, grid);
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

/// <summary>What <c>forecast</c> may be told.</summary>
internal sealed class ForecastOptions
{
    /// <summary>Each step ahead costs every member; nobody plans further than this by points.</summary>
    private const int MostAhead = 10_000;

    public Argument<string> File { get; } = new("csv") { Description = "time and value, or one value a line; a header or none; gaps as empty or NaN", HelpName = "CSV" };

    public Option<int> Horizon { get; } = new("--horizon")
    {
        Description = "points to predict",
        HelpName = "N",
        Required = true,
        CustomParser = result => Whole(result.Tokens[0].Value, "--horizon", MostAhead, result.AddError),
    };

    public Option<int[]?> Season { get; } = new("--season")
    {
        Description = "points in a season, or several with commas between; 1 for none (default: found in the series)",
        HelpName = "N",
        CustomParser = result => [.. result.Tokens[0].Value.Split(',').Select(t => Whole(t, "--season", 1_000_000, result.AddError))],
    };

    public Option<string?> Test { get; } = new("--test") { Description = "what came, in a file like the first: the forecast is measured against it", HelpName = "FILE" };

    public Option<string?> Column { get; } = new("--column") { Description = "header of the column of values (default: the only one, or 'value')", HelpName = "NAME" };

    public Option<bool> NoNegative { get; } = new("--no-negative") { Description = "values below zero count as missing" };

    public IEnumerable<Option> All => [Horizon, Season, Test, Column, NoNegative];

    private static int Whole(string text, string option, int most, Action<string> refuse)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= most) return value;
        refuse(string.Create(CultureInfo.InvariantCulture, $"{option} is '{text}'; it must be a whole number from 1 to {most}"));
        return 1;
    }
}
