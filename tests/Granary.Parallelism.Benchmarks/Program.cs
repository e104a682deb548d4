using Granary.Parallelism.Benchmarks;

// Granary.Parallelism.Benchmarks queues|executor: what docs/parallel.md says
switch (args.FirstOrDefault())
{
    case "queues":
        QueueProgram.Run();
        return 0;
    case "executor":
        ExecutorProgram.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Granary.Parallelism.Benchmarks queues|executor");
        return 2;
}
