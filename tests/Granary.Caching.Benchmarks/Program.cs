using Granary.Caching.Benchmarks;

switch (args.FirstOrDefault())
{
    case "hits": return HitsProgram.Run();
    default:
        Console.Error.WriteLine("usage: Granary.Caching.Benchmarks hits|throughput|tiers");
        return 2;
}
