namespace Granary.Scheduling.Placement.Gpu;

/// <summary>Kinds of requests that GPU clustering keeps together: 0 without devices, 1 a share, 1 + n for n whole devices.</summary>
public static class GpuKinds
{
    public const int Count = GpuNodes.MaxGpus + 2;

    public static int Of(in GpuRequest request) => request.IsCpuOnly ? 0 : request.IsShare ? 1 : 1 + request.Gpus;
}
