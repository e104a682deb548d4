namespace Granary.Scheduling.Placement.Gpu;

/// <summary>
/// What one task asks of one node: CPU, memory, and either a share of one device (<c>Gpus</c> 1, <c>MilliPerGpu</c> 1 to 999), whole
/// devices (<c>Gpus</c> 1 to 16, <c>MilliPerGpu</c> 1000), or no device at all (both 0).
/// </summary>
public readonly record struct GpuRequest
{
    /// <summary>Thousandths that make one device.</summary>
    public const int WholeGpu = 1000;

    /// <param name="cpuMilli">CPU, thousandths of a core.</param>
    /// <param name="memoryMiB">Memory, MiB.</param>
    /// <param name="gpus">How many devices.</param>
    /// <param name="milliPerGpu">How much of each.</param>
    /// <param name="models">The models it may run on, a bit each as <see cref="GpuModels"/> numbers them; 0: any.</param>
    /// <exception cref="ArgumentException">No node could mean this; the message says what would be right.</exception>
    public GpuRequest(int cpuMilli, int memoryMiB, int gpus = 0, int milliPerGpu = 0, ulong models = 0)
    {
        if (Problem(cpuMilli, memoryMiB, gpus, milliPerGpu) is { } problem) throw new ArgumentException(problem);
        CpuMilli = cpuMilli;
        MemoryMiB = memoryMiB;
        Gpus = gpus;
        MilliPerGpu = milliPerGpu;
        Models = models;
    }

    public int CpuMilli { get; }

    public int MemoryMiB { get; }

    public int Gpus { get; }

    public int MilliPerGpu { get; }

    public ulong Models { get; }

    /// <summary>It takes part of one device.</summary>
    public bool IsShare => MilliPerGpu is > 0 and < WholeGpu;

    /// <summary>It takes no device.</summary>
    public bool IsCpuOnly => Gpus == 0;

    /// <summary>Thousandths of devices in all.</summary>
    public int TotalMilli => Gpus * MilliPerGpu;

    /// <summary>Why these numbers are no request; null when they are one.</summary>
    public static string? Problem(long cpuMilli, long memoryMiB, long gpus, long milliPerGpu)
    {
        if (cpuMilli is < 0 or > int.MaxValue) return $"cpu is {cpuMilli} milli; it must be 0 to {int.MaxValue}";
        if (memoryMiB is < 0 or > int.MaxValue) return $"memory is {memoryMiB} MiB; it must be 0 to {int.MaxValue}";
        if (gpus is < 0 or > GpuNodes.MaxGpus) return $"{gpus} GPUs; a node has 0 to {GpuNodes.MaxGpus}";
        if (milliPerGpu is < 0 or > WholeGpu) return $"{milliPerGpu} milli of a GPU; it must be 0 to {WholeGpu}";
        if (gpus == 0 != (milliPerGpu == 0)) return $"{gpus} GPUs of {milliPerGpu} milli each; both must be 0 or neither";
        if (gpus > 1 && milliPerGpu < WholeGpu) return $"{gpus} GPUs of {milliPerGpu} milli each; more than one GPU means whole ones ({WholeGpu})";
        return null;
    }
}
