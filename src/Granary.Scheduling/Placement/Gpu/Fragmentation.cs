using System.Numerics;

namespace Granary.Scheduling.Placement.Gpu;

/// <summary>
/// How much of a node's free devices the target workload cannot use, in expectation over its parts (Weng et al., Beware of Fragmentation:
/// Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent, USENIX ATC 2023, section 4):
/// <c>F = sum over parts m of share(m) * F(m)</c>, where <c>F(m)</c> is all that is free when the node cannot run m (or m needs no device),
/// else what is free on devices that have less free than m takes of one.
/// </summary>
/// <remarks>
/// The sum over parts is taken beforehand. A part of one device is satisfied exactly when some device has that much free and the CPU is there,
/// and then just the devices with that much free are no fragments. So with <c>Q(cpu, x)</c> the share of parts of one device that need at most
/// <c>cpu</c> and <c>x</c>, and <c>R(cpu, n)</c> the share of those of two to n whole devices:
/// <c>F = sum over devices of free * (1 - Q(cpu, free)) - 1000 * whole * R(cpu, whole)</c>. A node costs a look-up a device.
/// </remarks>
public sealed class Fragmentation
{
    private readonly FragmentationTable?[] _tables = new FragmentationTable?[GpuModels.Most + 1];

    public Fragmentation(GpuWorkload workload) => Workload = workload;

    public GpuWorkload Workload { get; }

    /// <summary>What parts of the workload can use on nodes of one model (its bit; 0: of none).</summary>
    public FragmentationTable For(ulong model)
    {
        var at = BitOperations.TrailingZeroCount(model);
        return _tables[at] ??= new FragmentationTable(Workload, model);
    }
}
