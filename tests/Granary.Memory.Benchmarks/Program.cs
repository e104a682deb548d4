using Granary.Memory.Benchmarks;

// Granary.Memory.Benchmarks pool: what docs/memory.md says of pools
switch (args.FirstOrDefault())
{
    case "pool":
        PoolProgram.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Granary.Memory.Benchmarks pool");
        return 2;
}
