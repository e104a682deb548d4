using Granary.Anomalies.Benchmarks;

// Granary.Anomalies.Benchmarks nab|steady|lstm|speed|runtimes: what docs/anomalies.md and docs/FORECASTING.md say of detectors and networks
switch (args.FirstOrDefault())
{
    case "nab":
        NabJudge.Run();
        return 0;
    case "steady":
        SteadyJudge.Run();
        return 0;
    case "speed":
        SpeedJudge.Run();
        return 0;
    case "runtimes":
        RunTimeJudge.Run();
        return 0;
    case "lstm":
        LstmJudge.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Granary.Anomalies.Benchmarks nab|steady|lstm|speed|runtimes");
        return 2;
}
