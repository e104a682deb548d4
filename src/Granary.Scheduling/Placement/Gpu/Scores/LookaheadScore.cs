namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>
/// Look-ahead packing, Granary's own: least is added to what is expected to stay idle. The sum of
/// twice the rise of the device's <see cref="ExpectedLeftover"/> (in devices),
/// the rise of the node's CPU surplus (over the largest node's CPU), and the node's place in the order (0 to 1), which fills node after node.
/// The surplus is the free CPU beyond what the free devices would need at 1.3 times the workload's CPU per device: requests without devices, and
/// those with much CPU, go where CPU is left over anyway, and others where it is short.
/// </summary>
/// <remarks>The weights were searched on shuffles of the openb trace and its sixteen variants that no published figure here was measured on.</remarks>
public readonly struct LookaheadScore : IGpuScore
{
    private const double LeftoverWeight = 2;
    private const double SurplusRatio = 1.3;

    private readonly ExpectedLeftover _leftover;
    private readonly double _cpuPerGpu;
    private readonly double _maxCpu;

    /// <param name="maxCpuMilli">CPU of the largest node.</param>
    public LookaheadScore(GpuWorkload workload, int maxCpuMilli)
    {
        _leftover = new ExpectedLeftover(workload);
        _cpuPerGpu = SurplusRatio * workload.CpuPerGpu;
        _maxCpu = maxCpuMilli;
    }

    public double Score(GpuNodes nodes, int node, in GpuRequest request, out uint devices)
    {
        var (cpu, gpu) = (nodes.CpuFree(node), nodes.TotalFree(node));
        var rise = Surplus(cpu - request.CpuMilli, gpu - request.TotalMilli) - Surplus(cpu, gpu);
        var cost = (rise / _maxCpu) + ((double)node / nodes.Count);
        if (!request.IsShare)
        {
            devices = DeviceChoice.BestFit(nodes.Free(node), request);
            return -cost;
        }
        return -cost - (LeftoverWeight * Leftover(nodes.Free(node), request.MilliPerGpu, out devices) / GpuRequest.WholeGpu);
    }

    private double Surplus(int cpu, int gpu) => Math.Max(0, cpu - (gpu * _cpuPerGpu));

    /// <summary>The least rise over the devices that hold the share, and the first device that has it.</summary>
    private double Leftover(ReadOnlySpan<ushort> free, int milli, out uint device)
    {
        device = 0;
        var least = double.PositiveInfinity;
        for (var i = 0; i < free.Length; i++)
        {
            if (free[i] < milli) continue;
            var rise = _leftover.Of(free[i] - milli) - _leftover.Of(free[i]);
            if (rise >= least) continue;
            least = rise;
            device = 1u << i;
        }
        return least;
    }
}
