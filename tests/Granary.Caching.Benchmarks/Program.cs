using Granary.Caching.Benchmarks;

switch (args.FirstOrDefault())
{
    case "hits": return HitsProgram.Run();
    case "throughput": return ThroughputProgram.Run();
    case "tiers": return TiersProgram.Run();
    case "prefetch": return await PrefetchProgram.RunAsync();
    case "logs" when args.Length == 3: return await LogsProgram.RunAsync(args[1], args[2]);
    default:
        Console.Error.WriteLine("which figures? hits: hit ratios by policy; throughput: beside MemoryCache and a locked LRU; tiers: memory, compressed, disk; prefetch: precision by pattern; logs URL POOL/NUMBER: an ended task's output from a running server");
        return 2;
}
