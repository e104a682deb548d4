using Granary.Caching.Benchmarks;

switch (args.FirstOrDefault())
{
    case "hits": return HitsProgram.Run();
    case "throughput": return ThroughputProgram.Run();
    case "tiers": return TiersProgram.Run();
    case "prefetch": return await PrefetchProgram.RunAsync();
    default:
        Console.Error.WriteLine("which figures? hits: hit ratios by policy; throughput: beside MemoryCache and a locked LRU; tiers: memory, compressed, disk; prefetch: precision by pattern");
        return 2;
}
