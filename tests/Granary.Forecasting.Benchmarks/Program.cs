namespace Granary.Forecasting.Benchmarks;

/// <summary>Figures of docs/FORECASTING.md: <c>dotnet run -c Release --project tests/Granary.Forecasting.Benchmarks -- VERB</c>.</summary>
internal static class Program
{
    private static readonly (string Verb, string What, Func<string[], int> Run)[] Figures =
    [
        ("m4", "M4 hourly: sMAPE and MASE beside naive, seasonal naive, theta and ETS", M4.Run),
    ];

    private static int Main(string[] args)
    {
        var figure = Figures.FirstOrDefault(f => args.Length > 0 && f.Verb == args[0]);
        if (figure.Run is not null) return figure.Run(args[1..]);
        Console.Error.WriteLine("which figures? " + string.Join("; ", Figures.Select(f => $"{f.Verb}: {f.What}")));
        return 2;
    }
}
