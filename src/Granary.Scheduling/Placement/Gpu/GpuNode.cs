namespace Granary.Scheduling.Placement.Gpu;

/// <summary>What a node has when it is empty: CPU (milli), memory (MiB), devices, and their model as a bit of <see cref="GpuModels"/> (0: unknown).</summary>
public readonly record struct GpuNode(int CpuMilli, int MemoryMiB, int Gpus, ulong Model = 0);
