using Granary.Balancing.Benchmarks;

// Granary.Balancing.Benchmarks table [SEED]|speed: what docs/balancing.md says of algorithms
switch (args.FirstOrDefault())
{
    case "table":
        FaultTable.Run(args.Length > 1 ? ulong.Parse(args[1]) : 1);
        return 0;
    case "speed":
        ChoiceSpeed.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Granary.Balancing.Benchmarks table [SEED]|speed");
        return 2;
}
