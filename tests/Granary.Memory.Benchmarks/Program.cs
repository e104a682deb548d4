using Granary.Memory.Benchmarks;

// Granary.Memory.Benchmarks pool|arena: what docs/memory.md says of pools and arenas
switch (args.FirstOrDefault())
{
    case "pool":
        PoolProgram.Run();
        return 0;
    case "arena":
        ArenaProgram.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Granary.Memory.Benchmarks pool|arena");
        return 2;
}
