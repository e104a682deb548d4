using Granary.Memory.Benchmarks;

// Granary.Memory.Benchmarks pool|order|arena|handover|churn|allocations|bodies|shared: what docs/memory.md and docs/shared-memory.md say
switch (args.FirstOrDefault())
{
    case "pool":
        PoolProgram.Run();
        return 0;
    case "order":
        PoolProgram.Order();
        return 0;
    case "arena":
        ArenaProgram.Run();
        return 0;
    case "allocations":
        AllocationProgram.Run();
        return 0;
    case "handover":
        ArenaProgram.HandOver();
        return 0;
    case "churn":
        ArenaProgram.Churn();
        return 0;
    case "bodies":
        BodiesProgram.Run();
        return 0;
    case "shared":
        SharedProgram.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Granary.Memory.Benchmarks pool|order|arena|handover|churn|allocations|bodies|shared");
        return 2;
}
