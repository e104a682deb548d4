using Granary.Parallelism.Benchmarks;

// Granary.Parallelism.Benchmarks queues|dropping|executor|batching|kernels: what docs/parallel.md says
Action? run = args.FirstOrDefault() switch
{
    "queues" => QueueProgram.Run,
    "dropping" => QueueProgram.Dropping,
    "executor" => ExecutorProgram.Run,
    "batching" => BatchingProgram.Run,
    "kernels" => KernelProgram.Run,
    _ => null,
};
if (run is null)
{
    Console.Error.WriteLine("usage: Granary.Parallelism.Benchmarks queues|dropping|executor|batching|kernels");
    return 2;
}
run();
return 0;
