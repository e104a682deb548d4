namespace Granary.Forecasting.Benchmarks;

/// <summary>Figures of docs/FORECASTING.md: <c>dotnet run -c Release --project tests/Granary.Forecasting.Benchmarks -- VERB</c>.</summary>
internal static class Program
{
    private static readonly (string Verb, string What, Func<string[], int> Run)[] Figures =
    [
        ("m4", "M4 hourly: sMAPE and MASE beside naive, seasonal naive, theta and ETS", M4.Run),
        ("nab-hour", "an hour ahead on the recorded CPU series, 100 minus MAPE, beside naive", _ => NabHour.Run(coverage: false)),
        ("coverage", "how much of what came lay in the 90% intervals: M4 hourly, and the CPU series as they stream", _ => Coverage()),
        ("tracks", "what the predictors of a hundred nodes cost", _ => TrackCost.Run()),
        ("lstm-member", "what the recurrent network adds to the forecasts of the next day, and what it costs", _ => LstmMember.Run()),
        ("lstm-near", "what the recurrent network would add to the forecasts of the next minutes, and what it costs", _ => LstmNear.Run()),
        ("speed", "a step of each model and of the ensemble, and what a fit takes", _ => Speed.Run()),
    ];

    private static int Coverage() => M4.Coverage() is var code and not 0 ? code : NabHour.Run(coverage: true);

    private static int Main(string[] args)
    {
        var figure = Figures.FirstOrDefault(f => args.Length > 0 && f.Verb == args[0]);
        if (figure.Run is not null) return figure.Run(args[1..]);
        Console.Error.WriteLine("which figures? " + string.Join("; ", Figures.Select(f => $"{f.Verb}: {f.What}")));
        return 2;
    }
}
